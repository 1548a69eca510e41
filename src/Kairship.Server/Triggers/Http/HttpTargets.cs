using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Server.Problems;
using Kairship.Workflows.Activities;
using Kairship.Workflows.Activities.BuiltIn.Http;
using Kairship.Workflows.Execution;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Triggers.Http;

/// <summary>Whom a request is for: an instance that waits for it, or a definition that it starts.</summary>
internal sealed record HttpTarget(StimulusKey Key, string? InstanceId, TriggerRecord? Trigger, JsonObject Options)
{
    /// <summary>What is not plainly false asks for a key.</summary>
    public bool Authorize => Options[nameof(Authorize)] is { } value && !(value is JsonValue v && v.TryGetValue<bool>(out var flag) && !flag);

    public string? Policy => Text(nameof(Policy));

    public TimeSpan Timeout => TimeSpan.TryParse(Text("RequestTimeout"), System.Globalization.CultureInfo.InvariantCulture, out var timeout) && timeout > TimeSpan.Zero
        ? timeout < MaxTimeout ? timeout : MaxTimeout
        : TimeSpan.FromSeconds(30);

    public long SizeLimit => long.TryParse(Text("RequestSizeLimit"), System.Globalization.CultureInfo.InvariantCulture, out var limit) && limit > 0
        ? Math.Min(limit, HttpContentReader.MaxLimit)
        : HttpContentReader.DefaultLimit;

    private static TimeSpan MaxTimeout => TimeSpan.FromMinutes(5);

    private string? Text(string name) => Options[name] is { } value && value.ToString() is { Length: > 0 } text ? text : null;
}

/// <summary>Finds whom a request is for. Who waits comes before what would start; the most literal path first.</summary>
internal sealed class HttpTargets(IWorkflowStore store)
{
    public async Task<Answer<HttpTarget>> FindAsync(string method, string path, string? instanceId, string? correlationId, CancellationToken cancellationToken)
    {
        foreach (var key in HttpRoute.Candidates(method, path))
        {
            var hash = StimulusHash.Of(key);
            var waiting = (await store.FindBookmarksAsync(hash, correlationId, cancellationToken)).Where(b => instanceId is null || b.InstanceId == instanceId).ToList();
            if (waiting.Select(b => b.InstanceId).Distinct().Skip(1).Any())
            {
                return Refusal.Conflict("Several workflow instances wait for this request: say which by ?workflowInstanceId= or ?correlationId=.");
            }

            if (waiting is [var bookmark, ..])
            {
                return new HttpTarget(key, bookmark.InstanceId, null, await OptionsAsync(bookmark, cancellationToken));
            }

            var starts = instanceId is null ? await store.FindTriggersAsync(hash, cancellationToken) : [];
            if (starts.Count > 1)
            {
                return Refusal.Conflict($"Several workflows start by this request ({string.Join(", ", starts.Select(t => t.DefinitionId).Take(5))}): their endpoints must have different paths or methods.");
            }

            if (starts is [var trigger])
            {
                return new HttpTarget(key, null, trigger, trigger.Data is { } data ? JsonNode.Parse(data) as JsonObject ?? [] : []);
            }
        }

        return Refusal.NotFound($"No workflow waits for or starts by {method} of this path.");
    }

    /// <summary>The options of an endpoint in the middle of a workflow are among its evaluated inputs.</summary>
    private async Task<JsonObject> OptionsAsync(BookmarkRecord bookmark, CancellationToken cancellationToken)
    {
        var instance = await store.GetInstanceAsync(bookmark.InstanceId, cancellationToken);
        var running = instance is null ? [] : InstanceSnapshot.Read(instance.State).Running;
        var inputs = running.FirstOrDefault(r => r.ActivityId == bookmark.ActivityId && r.WaitingFor.Count > 0)?.Inputs;

        // What cannot be read is not open to all.
        return inputs ?? new JsonObject { ["Authorize"] = true };
    }
}
