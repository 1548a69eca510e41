using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class CrashTests
{
    [Fact]
    public async Task Crash_AtEveryCommitOfAReleaseLikeWorkflow_DoesNotShow()
    {
        var run = await CrashEverywhere.RunAsync(time => Task.FromResult<IWorkflowStore>(new InMemoryWorkflowStore(time)), CrashWorkflows.Release,
            [new Stimulus(EventStimulus.Key("approve"), JsonValue.Create("yes"))]);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Effects.Keys.Should().BeEquivalentTo("/plan/1", "/apply/1", "/apply/2", "/apply/3", "/check/1", "/check/2", "/left/1", "/right/1", "/notify/1");
        JsonNode.Parse(run.Output)!["approved"]!.GetValue<string>().Should().Be("yes");
        run.Commits.Should().BeGreaterThan(10);
    }
}
