namespace Kairship.Workflows.Activities;

public enum ActivityKind
{
    Action,
    Trigger,
    Job,
    Task,
}

public enum PortType
{
    /// <summary>An outcome: a handle to connect from.</summary>
    Flow,

    /// <summary>A nested activity.</summary>
    Embedded,
}

public sealed record PortDescriptor(string Name, PortType Type, string? DisplayName = null, bool IsBrowsable = true);

/// <summary>
/// One input as a form shows it. <see cref="TypeName"/> is Elsa's alias (String, Boolean, Int32, TimeSpan, Object, List&lt;String&gt; ...);
/// <see cref="UIHint"/> one of Elsa's (singleline, multiline, checkbox, dropdown, code-editor, variable-picker, ...).
/// </summary>
public sealed record InputDescriptor(
    string Name, string TypeName, string? Description = null, string UIHint = "singleline", string? DefaultValue = null, bool IsRequired = false,
    bool IsWrapped = true, string? Category = null, string? DisplayName = null, float Order = 0, bool IsSensitive = false,
    IReadOnlyList<string>? Options = null)
{
    /// <summary>
    /// The list that a form offers is one of what is there now ("clusters"): whoever shows the form looks it up by this name. An expression stands in the place of a choice as well. Null: the
    /// list is <see cref="Options"/>, or there is none.
    /// </summary>
    public string? LiveOptions { get; init; }

    /// <summary>What the code editor colours the text as; null: what the hint says.</summary>
    public string? Language { get; init; }
}

public sealed record OutputDescriptor(string Name, string TypeName, string? Description = null, string? DisplayName = null, bool IsSensitive = false);

/// <summary>
/// What an activity type is called, takes and gives. Shapes as in Elsa's activity descriptors. No flow port means the implicit outcome "Done".
/// JSON property names of an activity are the camelCase of input, output and port names.
/// </summary>
public sealed record ActivityDescriptor(
    string TypeName, string Category, string Description, IReadOnlyList<InputDescriptor> Inputs, IReadOnlyList<OutputDescriptor> Outputs,
    IReadOnlyList<PortDescriptor> Ports)
{
    public int Version { get; init; } = 1;
    public string? DisplayName { get; init; }
    public ActivityKind Kind { get; init; } = ActivityKind.Action;
    public bool IsContainer { get; init; }
    public bool IsStart { get; init; }
    public bool IsTerminal { get; init; }
    public bool IsBrowsable { get; init; } = true;
    public bool RunAsynchronously { get; init; }

    /// <summary>The version of a workflow that this type is; null for all others.</summary>
    public WorkflowReference? Workflow { get; init; }

    /// <summary>The part after the last dot: "Delay" of "Elsa.Delay".</summary>
    public string Name => TypeName[(TypeName.LastIndexOf('.') + 1)..];

    /// <summary>The part before the last dot: "Elsa" of "Elsa.Delay".</summary>
    public string Namespace => TypeName.LastIndexOf('.') is > 0 and var dot ? TypeName[..dot] : "";

    public static ActivityDescriptor Create(string typeName, string category, string description) =>
        new(typeName, category, description, [], [], []);

    public ActivityDescriptor WithInput(InputDescriptor input) => this with { Inputs = [.. Inputs, input] };

    public ActivityDescriptor WithOutput(OutputDescriptor output) => this with { Outputs = [.. Outputs, output] };

    public ActivityDescriptor WithOutcomes(params ReadOnlySpan<string> names) =>
        this with { Ports = [.. Ports, .. names.ToArray().Select(n => new PortDescriptor(n, PortType.Flow, n))] };

    public ActivityDescriptor WithEmbedded(params ReadOnlySpan<string> names) =>
        this with { Ports = [.. Ports, .. names.ToArray().Select(n => new PortDescriptor(n, PortType.Embedded, n))] };

    /// <summary>Ports that hold a list of nested activities, as containers do; the designer draws no handle for them.</summary>
    public ActivityDescriptor WithContained(params ReadOnlySpan<string> names) =>
        this with { Ports = [.. Ports, .. names.ToArray().Select(n => new PortDescriptor(n, PortType.Embedded, n, IsBrowsable: false))] };
}
