using System.Text.Json.Nodes;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests.Workflows;

/// <summary>A crash before and after every commit of a workflow that has something of everything, on each database.</summary>
public sealed class CrashTests(PostgresTemplate postgres)
{
    /// <summary>Every run has its own clock, and so its own store, over one file.</summary>
    [Fact]
    public async Task Sqlite_CrashAtEveryCommit_DoesNotShow()
    {
        var file = await SqliteFile.CopyAsync();
        var stores = new List<ServiceProvider>();

        await CrashEverywhereAsync(clock =>
        {
            stores.Add(SqliteFile.Build(file, clock));
            return Task.FromResult(stores[^1].GetRequiredService<IWorkflowStore>());
        });

        foreach (var store in stores)
        {
            await store.DisposeAsync();
        }

        Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
    }

    /// <summary>The engine's clock stands in another year than the server's: the two are never compared.</summary>
    [Fact]
    public async Task PostgreSql_CrashAtEveryCommit_DoesNotShow()
    {
        var opened = await postgres.OpenAsync<IWorkflowStore>();

        await CrashEverywhereAsync(_ => Task.FromResult(opened.Store));

        await opened.CloseAsync();
    }

    private static async Task CrashEverywhereAsync(Func<TimeProvider, Task<IWorkflowStore>> open)
    {
        var run = await CrashEverywhere.RunAsync(open, CrashWorkflows.Release, [new Stimulus(EventStimulus.Key("approve"), JsonValue.Create("yes"))]);

        run.Status.Should().Be(InstanceStatus.Finished);
        run.Commits.Should().BeGreaterThan(10);

        var family = await CrashEverywhere.RunAsync(
            open, Def.Workflow("crash-parent", Def.Sequence("root", Call("call", waits: true), Call("second", waits: false), Def.Effect("after"))), [], null,
            Def.Workflow("crash-child", Def.Sequence("root", Def.Effect("work"))));
        family.Status.Should().Be(InstanceStatus.Finished);
        family.Effects.Should().HaveCount(2).And.ContainKey("child/work/1 work=").WhoseValue.Should().Be("2 times");
    }

    private static JsonObject Call(string id, bool waits) => Def.Activity(
        "Elsa.DispatchWorkflow", id, ("workflowDefinitionId", Def.Literal("crash-child")), ("waitForCompletion", Def.Literal(waits ? "true" : "false", "Boolean")));
}
