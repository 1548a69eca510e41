using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Storage;

namespace Kairship.Workflows.Tests.Execution;

/// <summary>An effect that says which of its embedded activities run before it leaves.</summary>
public sealed class EmbeddingEffectTests : IAsyncDisposable
{
    private readonly Chooser chooser = new();
    private readonly WorkflowHarness engine;

    public EmbeddingEffectTests() => engine = new WorkflowHarness(activities: [chooser]);

    public ValueTask DisposeAsync() => engine.DisposeAsync();

    [Theory]
    [InlineData("Good", "good after")]
    [InlineData("Bad", "bad after")]
    [InlineData("Nothing", "after")]
    public async Task Effect_NamingAPort_RunsItAndThenLeaves(string port, string lines)
    {
        chooser.Port = port;
        var id = await engine.RunAsync(Workflow(Def.WriteLine("good")));

        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Finished);
        Lines(await engine.JournalAsync(id, "Note")).Should().Be(lines);
    }

    [Fact]
    public async Task EmbeddedActivity_ThatFaultsAndIsRetried_DoesNotRunTheEffectAgain()
    {
        chooser.Port = "Good";
        var id = await engine.RunAsync(Workflow(Def.WriteLine("good", "getX() === 0 ? fail() : 'good'")));
        (await engine.StatusAsync(id)).Should().Be(InstanceStatus.Faulted);

        await engine.Runtime.RetryAsync(id, null, TestContext.Current.CancellationToken);
        await engine.RunToRestAsync();

        (await engine.SnapshotAsync(id)).Incidents.Should().ContainSingle();
        chooser.Runs.Should().Be(1);
    }

    private static string Workflow(JsonObject good) => Def.Workflow("w", Def.Sequence("root",
        Def.Activity("Test.Chooser", "c", ("good", good), ("bad", Def.WriteLine("bad"))), Def.WriteLine("after")), ("x", "Int32", "0"));

    private static string Lines(IEnumerable<string> notes) => string.Join(' ', notes.Select(n => n[(n.IndexOf(' ', StringComparison.Ordinal) + 1)..]));

    private sealed class Chooser : EffectActivity
    {
        public string Port { get; set; } = "";

        public int Runs { get; private set; }

        public override ActivityDescriptor Descriptor { get; } = ActivityDescriptor.Create("Test.Chooser", "Test", "Runs a port.").WithEmbedded("Good", "Bad");

        public override ValueTask<ActivityResult> ExecuteAsync(EffectContext context, CancellationToken cancellationToken)
        {
            Runs++;
            return new(ActivityResult.RunEmbedded(Port));
        }
    }
}
