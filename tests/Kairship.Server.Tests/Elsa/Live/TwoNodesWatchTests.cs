using Kairship.Testing.Storage;
using Kairship.Testing.Workflows;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Runtime;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa.Live;

/// <summary>Two nodes on one PostgreSQL database: who watches on one sees what the other runs.</summary>
public sealed class TwoNodesWatchTests(PostgresServer postgres) : IAsyncLifetime
{
    private readonly RunningServer first = new();
    private readonly RunningServer second = new();

    public async ValueTask InitializeAsync()
    {
        first.Database = second.Database = await postgres.CreateDatabaseAsync();
        second.Companion = first;
        await first.InitializeAsync();
        await second.InitializeAsync();
    }

    [Fact]
    public async Task WhatOneNodeRuns_IsSeenOnTheOther()
    {
        await first.Admin.PushWorkflowAsync(Def.Workflow("elsewhere", Def.Sequence("seq", Def.Event("gate", "open"), Def.WriteLine("say"))));
        var runtime = first.Services.GetRequiredService<WorkflowRuntime>();
        var id = (await runtime.StartAsync(new StartRequest { DefinitionId = "elsewhere" }, TestContext.Current.CancellationToken)).InstanceId!;
        await using var ear = await StudioEar.ConnectAsync(second, first.AdminToken);
        await ear.ObserveAsync(id);
        await UntilAsync(() => ear.Of("Workflow1:seq:gate").Blocked, "the gate is blocked");
        ear.Messages.Clear();

        await runtime.SignalAsync(id, new Stimulus(EventStimulus.Key("open"), null), "open", TestContext.Current.CancellationToken);

        await UntilAsync(() => ear.Of("Workflow1").Completed == 1 && ear.Of("Workflow1:seq:say").Completed == 1, "the end is told");
        await UntilAsync(() => ear.Messages.Any(m => m.Method == "WorkflowExecutionLogUpdatedAsync") && ear.Messages.Any(m => m.Method == "WorkflowInstanceUpdatedAsync"), "the log and the instance are told");
    }

    public async ValueTask DisposeAsync()
    {
        await second.DisposeAsync();
        await first.DisposeAsync();
    }

    private static Task UntilAsync(Func<bool> condition, string what) => Eventually.HoldsAsync(() => Task.FromResult(condition()), what);
}
