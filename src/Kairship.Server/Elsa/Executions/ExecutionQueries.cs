using Kairship.Server.Problems;

namespace Kairship.Server.Elsa.Executions;

/// <summary>What Studio asks about the executions of an instance.</summary>
internal sealed class ExecutionQueries(ExecutionBooks books, ExecutionDetails details)
{
    /// <summary>Executions of one activity that are listed with their values; of more the last ones are.</summary>
    private const int MaxDetailed = 200;

    /// <summary>Of more, the last ones are listed.</summary>
    private const int MaxListed = 5_000;
    private const int MaxNodes = 10_000;
    private const int MaxStack = 1_000;
    private const int DefaultStack = 100;

    /// <param name="nodeId">Null: all.</param>
    /// <param name="status">Null: any. Ours: Elsa's list has no such filter.</param>
    public async Task<ElsaList<ActivityRecord>> ListAsync(string instanceId, string? nodeId, string? status, CancellationToken cancellationToken)
    {
        if (await books.ReadAsync(instanceId, cancellationToken) is not { } picture)
        {
            return new ElsaList<ActivityRecord>([], 0);
        }

        var found = Find(picture, nodeId);
        if (status is not null)
        {
            found = [.. found.Where(i => string.Equals(ActivitySummary.Of(picture, i).Status, status, StringComparison.OrdinalIgnoreCase))];
        }

        var detailed = await details.OfAsync(picture, [.. found.TakeLast(MaxDetailed)], cancellationToken);
        var plain = found.SkipLast(MaxDetailed).TakeLast(MaxListed).Select(i => ActivityRecord.Of(ActivitySummary.Of(picture, i), picture.DepthOf(i)));
        IReadOnlyList<ActivityRecord> items = [.. HasRoot(nodeId) && status is null ? [await details.OfRootAsync(picture, cancellationToken)] : (ActivityRecord[])[], .. plain, .. detailed];
        return new ElsaList<ActivityRecord>(items, items.Count);
    }

    public async Task<ElsaList<ActivitySummary>> ListSummariesAsync(string instanceId, string? nodeId, CancellationToken cancellationToken)
    {
        if (await books.ReadAsync(instanceId, cancellationToken) is not { } picture)
        {
            return new ElsaList<ActivitySummary>([], 0);
        }

        IReadOnlyList<ActivitySummary> items =
            [.. HasRoot(nodeId) ? [ActivitySummary.OfRoot(picture)] : (ActivitySummary[])[], .. Find(picture, nodeId).TakeLast(MaxListed).Select(i => ActivitySummary.Of(picture, i))];
        return new ElsaList<ActivitySummary>(items, items.Count);
    }

    public async Task<Answer<ActivityRecord>> GetAsync(string executionId, CancellationToken cancellationToken)
    {
        if (await FindAsync(executionId, cancellationToken) is not var (picture, index))
        {
            return Unknown(executionId);
        }

        return index < 0 ? await details.OfRootAsync(picture, cancellationToken) : (await details.OfAsync(picture, [index], cancellationToken))[0];
    }

    public async Task<Answer<ActivityReport>> ReportAsync(ReportRequest request, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(request.WorkflowInstanceId))
        {
            return Refusal.BadRequest("The body is {\"workflowInstanceId\": \"...\", \"activityNodeIds\": [\"Workflow1:...\"]}: 'workflowInstanceId' is missing.");
        }

        if (request.ActivityNodeIds is { Count: > MaxNodes })
        {
            return Refusal.BadRequest($"'activityNodeIds' names at most {MaxNodes} nodes.");
        }

        if (await books.ReadAsync(request.WorkflowInstanceId, cancellationToken) is not { } picture)
        {
            return new ActivityReport([]);
        }

        var wanted = request.ActivityNodeIds?.ToHashSet(StringComparer.Ordinal);
        return new ActivityReport(wanted is null ? picture.Stats : [.. picture.Stats.Where(s => wanted.Contains(s.ActivityNodeId))]);
    }

    public async Task<Answer<ActivityCallStack>> CallStackAsync(string executionId, int? skip, int? take, CancellationToken cancellationToken)
    {
        if (await FindAsync(executionId, cancellationToken) is not var (picture, index))
        {
            return Unknown(executionId);
        }

        var chain = new List<int>();
        for (var at = index; at >= 0; at = picture.SchedulerOf(at))
        {
            chain.Add(at);
        }

        chain.Add(-1);
        chain.Reverse();
        var page = chain.Skip(Math.Max(0, skip ?? 0)).Take(Math.Clamp(take ?? DefaultStack, 0, MaxStack)).ToList();
        var items = await details.OfAsync(picture, [.. page.Where(i => i >= 0)], cancellationToken);
        return new ActivityCallStack(executionId, page.Contains(-1) ? [await details.OfRootAsync(picture, cancellationToken), .. items] : items, chain.Count);
    }

    /// <summary>The workflow's own execution has the index -1.</summary>
    private async Task<(ExecutionPicture Picture, int Index)?> FindAsync(string executionId, CancellationToken cancellationToken)
    {
        // An id of an instance has no slash.
        var slash = executionId.IndexOf('/', StringComparison.Ordinal);
        if (slash <= 0 || await books.ReadAsync(executionId[..slash], cancellationToken) is not { } picture)
        {
            return null;
        }

        var index = picture.IndexOf(executionId);
        return index >= 0 || executionId == picture.RootId ? (picture, index) : null;
    }

    private static IReadOnlyList<int> Find(ExecutionPicture picture, string? nodeId) =>
        nodeId is null ? [.. Enumerable.Range(0, picture.Entries.Count)] : [.. picture.OfNode(nodeId)];

    private static bool HasRoot(string? nodeId) => nodeId is null or ExecutionPicture.WorkflowNode;

    private static Refusal Unknown(string executionId) => Refusal.NotFound($"There is no activity execution '{executionId}'.");
}

internal sealed record ReportRequest(string? WorkflowInstanceId, IReadOnlyList<string>? ActivityNodeIds);
