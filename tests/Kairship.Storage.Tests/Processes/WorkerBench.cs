using System.Text.Json.Nodes;
using Kairship.Testing.Worker;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Storage.Tests.Processes;

/// <summary>A PostgreSQL database that workers share, a folder for their traces, and a runtime that only imports, starts and looks.</summary>
internal sealed class WorkerBench : IAsyncDisposable
{
    private readonly PostgresTemplate postgres;
    private readonly ServiceProvider services;
    private readonly WorkflowHarness harness;
    private readonly string connection;
    private readonly string folder = Directory.CreateTempSubdirectory("kairship-workers-").FullName;

    private WorkerBench(PostgresTemplate postgres, string connection)
    {
        (this.postgres, this.connection) = (postgres, connection);
        services = PostgresTemplate.Build(connection);
        harness = new WorkflowHarness(services.GetRequiredService<IWorkflowStore>(), activities: [new RemoteEffect(null)]);
    }

    public IWorkflowStore Store => harness.Store;

    public WorkflowHarness Harness => harness;

    public static async Task<WorkerBench> OpenAsync(PostgresTemplate postgres) => new(postgres, await postgres.CopyAsync());

    public WorkerOptions Worker(string owner) => new(StorageProvider.PostgreSql, connection, owner, folder);

    /// <summary>Lets go what workers hold.</summary>
    public void Go() => File.WriteAllText(Worker("any").GoFile, "");

    public Task ImportAsync(string definition) => harness.ImportAsync(definition);

    public async Task StartAsync(string definitionId, string instanceId)
    {
        var started = await harness.Runtime.StartAsync(new() { DefinitionId = definitionId, InstanceId = instanceId }, CancellationToken.None);
        started.Started.Should().BeTrue(started.Problem);
    }

    public async Task<long> CountAsync(InstanceFilter filter) => (await Store.ListInstancesAsync(filter, new PageRequest(0, 1), CancellationToken.None)).Total;

    public Task UntilFinishedAsync(int count, WorkerProcess worker) => UntilAsync(
        async () => await CountAsync(new InstanceFilter(Statuses: [InstanceStatus.Finished])) == count, $"not {count} finished", worker);

    public static async Task UntilAsync(Func<Task<bool>> condition, string otherwise, WorkerProcess worker)
    {
        try
        {
            await LiveEngine.UntilAsync(condition, otherwise);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; the worker said:\n{worker.Output}", e);
        }
    }

    /// <summary>Of an execution there is one start and one end, and lines are numbered without gaps: of a stale owner's transition nothing is there.</summary>
    public async Task JournalIsConsistentAsync(string instanceId, params string[] completed)
    {
        var lines = (await Store.ReadJournalAsync(instanceId, new PageRequest(0, 1000), CancellationToken.None)).Items;
        lines.Select(l => l.Sequence).Should().Equal(Enumerable.Range(1, lines.Count).Select(i => (long)i));
        foreach (var what in (string[])["Started", "Completed"])
        {
            lines.Where(l => l.Event == what && l.ActivityType == RemoteEffect.TypeName).Select(l => l.ExecutionId).Should().Equal(completed.Select(c => $"{instanceId}/{c}"));
        }
    }

    public static JsonObject Effect(string id, params (string Name, JsonNode? Value)[] properties) => Def.Activity(RemoteEffect.TypeName, id, properties);

    public async ValueTask DisposeAsync()
    {
        await harness.DisposeAsync();
        await services.DisposeAsync();
        await postgres.Server.DropDatabaseAsync(connection);
        Directory.Delete(folder, recursive: true);
    }
}
