using FluentAssertions;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class OutboxPumpTests
{
    [Fact]
    public async Task Message_ThatCannotBeDelivered_KeepsNoOtherWaiting()
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));
        var store = new Refusing(new InMemoryWorkflowStore(time));
        await using var engine = new WorkflowHarness(store, time);
        await engine.ImportAsync(Def.Workflow("bad", Def.WriteLine("x")));
        await engine.ImportAsync(Def.Workflow("good", Def.WriteLine("x")));
        foreach (var child in new[] { "bad", "good" })
        {
            await engine.ImportAsync(Def.Workflow($"calls-{child}", Def.Activity("Elsa.ExecuteWorkflow", "call",
                ("workflowDefinitionId", Def.Literal(child)), ("waitForCompletion", Def.Literal("true", "Boolean")))));
        }

        var stuck = new List<string>();
        for (var n = 0; n < 150; n++)
        {
            stuck.Add(await engine.StartAsync("calls-bad"));
        }

        await engine.RunDueAsync();
        var good = await engine.StartAsync("calls-good");
        await engine.RunDueAsync();

        (await engine.StatusAsync(good)).Should().Be(InstanceStatus.Finished);
        store.Refuses = false;
        await engine.RunDueAsync();
        (await engine.StatusAsync(stuck[0])).Should().Be(InstanceStatus.Finished, "nothing is dropped");
        (await engine.StatusAsync(stuck[^1])).Should().Be(InstanceStatus.Finished);
    }

    private sealed class Refusing(IWorkflowStore inner) : StoreDecorator(inner)
    {
        public bool Refuses { get; set; } = true;

        public override Task<CreateResult> CreateInstanceAsync(NewInstance instance, CancellationToken cancellationToken) =>
            Refuses && instance.DefinitionId == "bad" ? throw new IOException("no room") : base.CreateInstanceAsync(instance, cancellationToken);
    }
}
