using System.Text.Json.Nodes;
using Kairship.Testing;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;
using Kairship.Workflows.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace Kairship.Server.Tests.Elsa;

/// <summary>
/// A server that holds what the recorded one held: the two definitions, an instance that waits for the event "approve", and the same one after it, faulted. What is run has another
/// definition id, and another activity in the place of the one that only the recorded server knew.
/// </summary>
public sealed class ContractWorld : IAsyncLifetime
{
    public const string Definition = "kairship-release";
    public const string Runnable = "kairship-release-run";
    public const string OtherDefinition = "e5d6f3f36664ebac";

    private const string RecordedVersion = "61da35f2fd3ed11e";
    private const string RecordedInstance = "5531926ef5bfe099";
    private const string RecordedExecution = "ef2573aebffc6a09";

    public RunningServer Server { get; } = new();
    public HttpClient Http { get; private set; } = null!;

    private readonly JsonObject seed = JsonNode.Parse(SharedFiles.Read("elsa", "examples", "release-seed.json"))!["model"]!.AsObject();
    private string version = "";
    private string runnableVersion = "";
    private string waiting = "";
    private string faulted = "";

    public async ValueTask InitializeAsync()
    {
        await Server.InitializeAsync();
        Http = Server.Http(Server.AdminToken);
        version = await SaveAsync(seed);
        await SaveOtherAsync(OtherDefinition);
        runnableVersion = await SaveAsync(AsRunnable(seed));
        waiting = await StartAsync();
        faulted = await StartAsync();
        var signalled = await Runtime.SignalAsync(faulted, new Stimulus(EventStimulus.Key("approve"), new JsonObject()), "approve", CancellationToken.None);
        signalled.Should().Be(PostOutcome.Posted);
        await ReachesAsync(faulted, "a7", "Faulted");
    }

    private WorkflowRuntime Runtime => Server.Services.GetRequiredService<WorkflowRuntime>();

    /// <summary>The recorded request with the ids that its objects have here.</summary>
    internal async Task<RecordedExchange> AsOursAsync(RecordedExchange recorded)
    {
        // What another recorded request saved is not what was there when this one was recorded.
        version = await SaveAsync(seed);
        var isRun = !recorded.Name.Contains("definitions", StringComparison.Ordinal) || recorded.Name.EndsWith("_execute", StringComparison.Ordinal) || recorded.Name.Contains(RecordedVersion, StringComparison.Ordinal);
        var instance = recorded.Method == "DELETE" && recorded.Path.Contains(RecordedInstance, StringComparison.Ordinal) ? await EndedAsync()
            : recorded.Name.StartsWith("12-", StringComparison.Ordinal) ? faulted : waiting;
        var other = recorded.Method == "DELETE" && recorded.Path.Contains(OtherDefinition, StringComparison.Ordinal) ? await ToBeDeletedAsync() : OtherDefinition;
        var execution = recorded.Query.Contains(RecordedExecution, StringComparison.Ordinal) ? await ExecutionAsync(instance) : RecordedExecution;
        string Ours(string text) => text
            .Replace(RecordedVersion, isRun ? runnableVersion : version, StringComparison.Ordinal)
            .Replace(RecordedInstance, instance, StringComparison.Ordinal)
            .Replace(RecordedExecution, execution, StringComparison.Ordinal)
            .Replace(OtherDefinition, other, StringComparison.Ordinal)
            .Replace("/events/approve/", "/events/approve-nobody/", StringComparison.Ordinal)
            .Replace(Definition, isRun ? Runnable : Definition, StringComparison.Ordinal);

        var request = recorded.Request is null ? null : JsonNode.Parse(Ours(recorded.Request.ToJsonString()));
        if (recorded.Path.EndsWith("/identity/login", StringComparison.Ordinal))
        {
            request!["password"] = Server.AdminToken;
        }

        return recorded with { Path = Ours(recorded.Path), Query = Ours(recorded.Query), Request = request };
    }

    private async Task<string> ExecutionAsync(string instance)
    {
        var list = await Http.GetAsync($"/elsa/api/activity-executions/list?WorkflowInstanceId={instance}&ActivityNodeId=Workflow1%3Aroot1");
        list.IsSuccessStatusCode.Should().BeTrue("the id of the root's execution is asked for: {0}", await list.Content.ReadAsStringAsync());
        return JsonNode.Parse(await list.Content.ReadAsStringAsync())!["items"]![0]!["id"]!.GetValue<string>();
    }

    private async Task<string> SaveAsync(JsonObject document)
    {
        var saved = await Server.Services.GetRequiredService<DefinitionCatalog>().SaveDraftAsync(
            new SaveDraft { Json = document.ToJsonString(), Publish = false, Expected = SaveDraft.Anything }, CancellationToken.None);
        saved.Succeeded.Should().BeTrue(saved.Reason);
        return saved.Definition!.VersionId;
    }

    private Task<string> SaveOtherAsync(string id) => SaveAsync(new JsonObject
    {
        ["definitionId"] = id,
        ["name"] = "UiCreated362",
        ["toolVersion"] = "3.8.0.0",
        ["root"] = new JsonObject { ["type"] = "Elsa.Flowchart", ["version"] = 1, ["id"] = "Flowchart1", ["activities"] = new JsonArray(), ["connections"] = new JsonArray() },
    });

    private async Task<string> ToBeDeletedAsync()
    {
        const string Id = "to-be-deleted";
        await SaveOtherAsync(Id);
        return Id;
    }

    private async Task<string> EndedAsync()
    {
        var instance = await StartAsync();
        await Runtime.CancelAsync(instance, CancellationToken.None);
        await Eventually.HoldsAsync(async () => (await Server.Admin.GetInstanceAsync(instance)).Instance.Status == "Cancelled", "the instance is cancelled");
        return instance;
    }

    private async Task<string> StartAsync()
    {
        var started = await Runtime.StartAsync(
            new StartRequest { DefinitionId = Runnable, VersionOption = VersionOption.LatestOnly, RunDraft = true, Input = new JsonObject { ["Release"] = "r-42" } },
            CancellationToken.None);
        started.Started.Should().BeTrue(started.Problem ?? string.Join("; ", started.Definition.Select(d => d.Message)));
        await ReachesAsync(started.InstanceId!, "a6", null);
        return started.InstanceId!;
    }

    private Task ReachesAsync(string instance, string activity, string? lineOf) => Eventually.HoldsAsync(
        async () => (await Server.Admin.GetJournalAsync(instance)).Items.Any(l => l.ActivityId == activity && (lineOf is null || l.Event == lineOf)),
        $"{instance} reaches {activity}",
        async () => string.Join('\n', (await Server.Admin.GetJournalAsync(instance)).Items));

    /// <summary>Leaves by "Succeeded" where the recorded one deployed, waits shorter, and faults at the end as the recorded one did.</summary>
    private static JsonObject AsRunnable(JsonObject seed)
    {
        var copy = seed.DeepClone().AsObject();
        copy["definitionId"] = Runnable;
        foreach (var activity in copy["root"]!["activities"]!.AsArray().Select(a => a!.AsObject()))
        {
            switch (activity["id"]!.GetValue<string>())
            {
                case "a4":
                    activity["type"] = "Elsa.FlowSwitch";
                    activity["cases"] = new JsonArray(new JsonObject { ["label"] = "Succeeded", ["condition"] = Expression("true") });
                    activity.Remove("cluster");
                    activity.Remove("replicas");
                    activity.Remove("result");
                    break;
                case "a5":
                    activity["timeSpan"]!["expression"]!["value"] = "00:00:00.2000000";
                    break;
                case "a7":
                    activity["text"]!["expression"] = Expression("JSON.parse('{')");
                    break;
            }
        }

        return copy;
    }

    private static JsonObject Expression(string script) => new() { ["type"] = "JavaScript", ["value"] = script };

    public async ValueTask DisposeAsync()
    {
        Http?.Dispose();
        await Server.DisposeAsync();
    }
}
