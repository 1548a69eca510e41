using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using Kairship.Api.Triggers;
using Kairship.Api.Workflows;

namespace Kairship.Api;

/// <summary>What starts workflows and makes them go on: events, schedules, tasks.</summary>
public sealed partial class KairshipClient
{
    /// <summary>Publishes an event. The same idempotency key twice counts once.</summary>
    /// <param name="payload">JSON, or null.</param>
    public async Task<EventReceipt> PublishEventAsync(
        string name, string? payload = null, string? correlationId = null, string? idempotencyKey = null, CancellationToken cancellationToken = default)
    {
        using var response = await RequestAsync(
            HttpMethod.Post, Query($"events/{Escape(name)}", ("correlationId", correlationId)), payload is null ? null : new StringContent(payload, Encoding.UTF8, "application/json"),
            idempotencyKey is null ? [] : [("Idempotency-Key", idempotencyKey)], cancellationToken);
        return await ReadAsync<EventReceipt>(response, cancellationToken);
    }

    public Task<PageOf<ScheduleInfo>> ListSchedulesAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<ScheduleInfo>>(Query("schedules", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>Open tasks.</summary>
    public Task<PageOf<TaskInfo>> ListTasksAsync(int skip = 0, int take = 100, CancellationToken cancellationToken = default) =>
        GetAsync<PageOf<TaskInfo>>(Query("tasks", ("skip", skip), ("take", take)), cancellationToken);

    /// <summary>Says that a task is done. The first result counts; a repeat changes nothing.</summary>
    public Task<CompletedTask> CompleteTaskAsync(string taskId, JsonNode? result = null, CancellationToken cancellationToken = default) =>
        SendAsync<CompletedTask>(HttpMethod.Post, $"tasks/{Escape(taskId)}/complete", JsonContent.Create(new JsonObject { ["result"] = result?.DeepClone() }), cancellationToken);
}
