namespace Kairship.Workflows.Expressions.Liquid;

/// <summary>The names that a template reads and makes: what a definition's check looks at.</summary>
internal sealed class LiquidNames
{
    public static readonly string[] Roots =
    [
        "Variables", "Input", "Output", "LastResult", "CorrelationId", "WorkflowInstanceId", "WorkflowDefinitionId", "WorkflowDefinitionVersion", "forloop",
    ];

    private readonly HashSet<string> made = new(StringComparer.Ordinal);
    private readonly List<(string Root, string? Member, int At)> reads = [];

    /// <summary>Variables of the workflow that it reads.</summary>
    public IEnumerable<string> Variables =>
        reads.Where(r => r.Root.Equals("Variables", StringComparison.OrdinalIgnoreCase) && r.Member is not null).Select(r => r.Member!).Distinct();

    /// <summary>Inputs of the workflow that it reads.</summary>
    public IEnumerable<string> Inputs =>
        reads.Where(r => r.Root.Equals("Input", StringComparison.OrdinalIgnoreCase) && r.Member is not null).Select(r => r.Member!).Distinct();

    /// <summary>Names that nothing in the template or of the workflow gives.</summary>
    public IEnumerable<string> Unknown =>
        reads.Select(r => r.Root).Where(r => !made.Contains(r) && !Roots.Contains(r, StringComparer.OrdinalIgnoreCase)).Distinct();

    public void Make(string name) => made.Add(name);

    public void Read(string root, string? member, int at) => reads.Add((root, member, at));
}
