using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Definitions;

/// <summary>How the outcomes of an activity go together.</summary>
internal enum OutcomeKind
{
    /// <summary>One of them.</summary>
    One,

    /// <summary>All of them.</summary>
    All,

    /// <summary>Only known at run time.</summary>
    Unknown,
}

/// <summary>What the compiler must know of single activity types to judge a flowchart.</summary>
internal static class FlowchartSemantics
{
    private static readonly HashSet<string> Waiting = new(StringComparer.OrdinalIgnoreCase)
    {
        "Elsa.Delay", "Elsa.Event", "Elsa.Timer", "Elsa.Cron", "Elsa.StartAt", "Elsa.RunTask", "Elsa.ExecuteWorkflow", "Elsa.DispatchWorkflow",
        "Elsa.BulkDispatchWorkflows",
    };

    private const string Computed = "(computed)";

    public static bool IsFork(ActivityDescriptor descriptor) => Is(descriptor, "Elsa.FlowFork");

    public static bool IsJoin(ActivityDescriptor descriptor) => Is(descriptor, "Elsa.FlowJoin");

    /// <summary>Its outcomes are the status codes that it expects, and more than one is taken.</summary>
    public static bool SendsHttp(ActivityDescriptor descriptor) => Is(descriptor, "Elsa.FlowSendHttpRequest");

    public static bool RunsScript(ActivityDescriptor descriptor) => Is(descriptor, "Elsa.RunJavaScript");

    /// <summary>Variables that an activity gives to those embedded in it, beside a loop's.</summary>
    public static IReadOnlyList<string> GivenInside(ActivityDescriptor descriptor) => IsBulk(descriptor) ? BulkItem.EndVariables : [];

    /// <summary>Variables that only this input sees.</summary>
    public static IReadOnlyList<string> GivenTo(ActivityDescriptor descriptor, InputDescriptor? input, string? itemKey) =>
        IsBulk(descriptor) && input?.Name == "CorrelationIdFunction" ? [BulkItem.ItemVariable, .. itemKey is { Length: > 0 } ? (string[])[itemKey] : []] : [];

    private static bool IsBulk(ActivityDescriptor descriptor) => Is(descriptor, "Elsa.BulkDispatchWorkflows");

    public static OutcomeKind OutcomesOf(ActivityNode node)
    {
        if (SendsHttp(node.Descriptor))
        {
            return OutcomeKind.Unknown;
        }

        if (node.Activity is EffectActivity || node.Outcomes?.Except(node.Policy.Exits).Take(2).Count() == 1 || Is(node.Descriptor, "Elsa.FlowDecision"))
        {
            return OutcomeKind.One;
        }

        if (IsFork(node.Descriptor))
        {
            return OutcomeKind.All;
        }

        return Is(node.Descriptor, "Elsa.FlowSwitch") && Constant(node, "Mode") is null or "MatchFirst" ? OutcomeKind.One : OutcomeKind.Unknown;
    }

    /// <summary>It says how it joins its incoming connections.</summary>
    public static bool SaysHowItJoins(ActivityNode node) => IsJoin(node.Descriptor) || node.MergeMode is not null;

    /// <summary>The property in which it says so.</summary>
    public static string JoinProperty(ActivityNode node) => IsJoin(node.Descriptor) ? "mode" : "customProperties.mergeMode";

    public static bool WaitsForAll(ActivityNode node) => JoinMode(node) == Execution.JoinMode.WaitAll;

    /// <summary>It may cancel what could still arrive at it. A mode that is computed may.</summary>
    public static bool MayCancelOthers(ActivityNode node) =>
        SaysHowItJoins(node) && JoinMode(node) is not (Execution.JoinMode.WaitAll or Execution.JoinMode.WaitAllActive);

    /// <summary>The mode of a join; null when it is computed.</summary>
    private static Execution.JoinMode? JoinMode(ActivityNode node) =>
        !IsJoin(node.Descriptor) ? node.MergeMode
        : Constant(node, "Mode") is not { } mode ? Execution.JoinMode.WaitAny
        : Enum.TryParse<Execution.JoinMode>(mode, ignoreCase: true, out var parsed) ? parsed
        : mode == Computed ? null : Execution.JoinMode.WaitAny;

    /// <summary>It gives the engine a pause: it waits, or has an effect outside whose time passes.</summary>
    public static bool Pauses(ActivityNode node) =>
        node.Activity is EffectActivity or WorkflowActivity || node.Descriptor.Kind == ActivityKind.Trigger || Waiting.Contains(node.TypeName)
        || node.Children.Values.Any(list => list.Any(Pauses));

    private static string? Constant(ActivityNode node, string input) =>
        node.Inputs.TryGetValue(input, out var expression)
            ? expression is ConstantExpression constant ? TypedValue.Text(constant.Value) : Computed
            : node.PlainInputs.TryGetValue(input, out var plain) ? TypedValue.Text(plain) : null;

    private static bool Is(ActivityDescriptor descriptor, string typeName) => descriptor.TypeName.Equals(typeName, StringComparison.OrdinalIgnoreCase);
}
