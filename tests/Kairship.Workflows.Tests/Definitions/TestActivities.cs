using Kairship.Workflows.Activities;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Expressions;

namespace Kairship.Workflows.Tests.Definitions;

/// <summary>Activity types as the compiler sees them: descriptors without behaviour.</summary>
internal static class TestActivities
{
    public static ActivityRegistry Registry { get; } = new(All());

    public static DefinitionCompiler CreateCompiler() => new(Registry, new ExpressionCompiler());

    private static IEnumerable<Activity> All()
    {
        yield return Control(New("Elsa.Flowchart") with { IsContainer = true, Ports = [new PortDescriptor("Start", PortType.Embedded, IsBrowsable: false)] });
        yield return Control(New("Elsa.Sequence") with { IsContainer = true });
        yield return Control(New("Elsa.Parallel") with { IsContainer = true });
        yield return Control(New("Elsa.Fork").WithInput(new("JoinMode", "String", DefaultValue: "WaitAll", IsWrapped: false)));
        yield return Control(New("Elsa.WriteLine").WithInput(new("Text", "String")));
        yield return Control(New("Elsa.Start") with { IsStart = true });
        yield return new Kairship.Workflows.Activities.BuiltIn.Break();
        yield return Control(New("Elsa.End") with { IsTerminal = true });
        yield return Control(New("Elsa.Delay").WithInput(new("TimeSpan", "TimeSpan", DefaultValue: "00:01:00")));
        yield return Control(New("Elsa.Event").WithInput(new("EventName", "String", IsRequired: true)).WithOutput(new("Result", "Object")) with { Kind = ActivityKind.Trigger });
        yield return Control(New("Elsa.If").WithInput(new("Condition", "Boolean", IsRequired: true)).WithOutput(new("Result", "Boolean")).WithEmbedded("Then", "Else"));
        yield return Control(New("Elsa.While").WithInput(new("Condition", "Boolean", IsRequired: true)).WithEmbedded("Body"));
        yield return Control(New("Elsa.ForEach").WithInput(new("Items", "List<Object>", IsRequired: true)).WithOutput(new("CurrentValue", "Object")).WithEmbedded("Body"));
        yield return Control(New("Elsa.FlowDecision").WithInput(new("Condition", "Boolean", IsRequired: true)).WithOutcomes("True", "False"));
        yield return Control(New("Elsa.FlowSwitch").WithInput(new("Cases", "Object", UIHint: "flow-switch-editor", IsWrapped: false))
            .WithInput(new("Mode", "SwitchMode", UIHint: "dropdown", Options: ["MatchFirst", "MatchAny"])).WithOutcomes("Default"));
        yield return Control(New("Elsa.Switch").WithInput(new("Cases", "Object", UIHint: "switch-editor", IsWrapped: false)).WithEmbedded("Default"));
        yield return Control(New("Elsa.FlowFork").WithInput(new("Branches", "List<String>", UIHint: "dynamic-outcomes")));
        yield return Control(New("Elsa.FlowJoin").WithInput(new("Mode", "FlowJoinMode", UIHint: "dropdown", DefaultValue: "WaitAllActive",
            Options: ["WaitAll", "WaitAllActive", "WaitAny"])));
        yield return Control(New("Elsa.SetVariable").WithInput(new("Variable", "Variable", UIHint: "variable-picker", IsWrapped: false, IsRequired: true))
            .WithInput(new("Value", "Object")));
        yield return Control(New("Elsa.RunJavaScript").WithInput(new("Script", "String", UIHint: "code-editor"))
            .WithInput(new("PossibleOutcomes", "List<String>", UIHint: "dynamic-outcomes")).WithOutput(new("Result", "Object")));
        yield return Effect(New("Kairship.DeployRelease").WithInput(new("Cluster", "String", UIHint: "dropdown", DefaultValue: "eu-1", Options: ["eu-1", "us-1"]))
            .WithInput(new("Replicas", "Int32")).WithInput(new("Labels", "List<String>")).WithOutput(new("Revision", "Int32"))
            .WithOutput(new("Result", "String")).WithOutcomes("Succeeded", "Failed"));
        yield return Effect(New("Test.Work"));
    }

    private static ActivityDescriptor New(string typeName) => ActivityDescriptor.Create(typeName, "Test", "For tests.");

    private static FakeControl Control(ActivityDescriptor descriptor) => new(descriptor);

    private static FakeEffect Effect(ActivityDescriptor descriptor) => new(descriptor);

    private sealed class FakeControl(ActivityDescriptor descriptor) : ControlActivity
    {
        public override ActivityDescriptor Descriptor => descriptor;

        public override void Execute(ControlContext context) => context.Complete();
    }

    private sealed class FakeEffect(ActivityDescriptor descriptor) : EffectActivity
    {
        public override ActivityDescriptor Descriptor => descriptor;

        public override ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken) => new(ActivityResult.Done());
    }
}
