using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>What a Job has come to: counts that its status keeps, and the pods that are not counted yet. Pure.</summary>
/// <param name="Active">Pods that run or are about to, oldest first.</param>
/// <param name="Ending">Pods that are being deleted.</param>
/// <param name="Uncounted">Pods that have just ended; their tracking finalizer goes when they are counted.</param>
/// <param name="Indexes">Completed indexes of an Indexed Job.</param>
internal sealed record JobTally(
    IReadOnlyList<JsonObject> Active,
    IReadOnlyList<JsonObject> Ending,
    IReadOnlyList<JsonObject> Uncounted,
    int Succeeded,
    int Failed,
    int Restarts,
    SortedSet<int> Indexes,
    DateTimeOffset? LastFailure)
{
    public const string Finalizer = "batch.kubernetes.io/job-tracking";
    public const string IndexLabel = "batch.kubernetes.io/job-completion-index";

    public static JobTally Of(JsonObject job, IReadOnlyList<JsonObject> pods)
    {
        List<JsonObject> uncounted = [.. pods.Where(p => IsTracked(p) && (Pods.IsFinished(p) || p.IsDeleting()))];
        var done = uncounted.Where(p => Pods.Phase(p) == "Succeeded").ToList();
        var indexed = IsIndexed(job);
        var indexes = IndexSet.Parse(JsonTree.Text(job.Status("completedIndexes")));
        indexes.UnionWith(done.Select(IndexOf).OfType<int>());
        return new JobTally(
            [.. pods.Where(Pods.IsActive)],
            [.. pods.Where(p => p.IsDeleting() && !Pods.IsFinished(p))],
            uncounted,
            indexed ? indexes.Count : job.Status("succeeded").Int() + done.Count,
            job.Status("failed").Int() + uncounted.Count - done.Count,
            pods.Sum(p => p.Status("containerStatuses").Items().Sum(c => c["restartCount"].Int())),
            indexes,
            pods.Where(p => Pods.Phase(p) == "Failed").SelectMany(p => p.Status("containerStatuses").Items())
                .Select(c => JsonTree.At(c, "state", "terminated", "finishedAt").Time())
                .Max());
    }

    public static bool IsTracked(JsonObject pod) =>
        pod["metadata"]?["finalizers"] is JsonArray finalizers && finalizers.Any(f => JsonTree.Text(f) == Finalizer);

    public static bool IsIndexed(JsonObject job) => JsonTree.Text(job.Spec("completionMode")) == "Indexed";

    public static int? IndexOf(JsonObject pod) => int.TryParse(pod.Annotation(IndexLabel), out var index) ? index : null;

    /// <summary>How many pods may run now.</summary>
    public int Wanted(JsonObject job)
    {
        var parallelism = job.Spec("parallelism").Int(1);
        return Completions(job) is { } completions
            ? Math.Min(parallelism, completions - Succeeded)
            : Succeeded > 0 ? Active.Count : parallelism;
    }

    /// <summary>The indexes that have to run next, lowest first.</summary>
    public IEnumerable<int> Missing(JsonObject job)
    {
        var taken = Active.Select(IndexOf).OfType<int>().ToHashSet();
        return Enumerable.Range(0, Completions(job) ?? 0).Where(i => !Indexes.Contains(i) && !taken.Contains(i));
    }

    public bool IsComplete(JsonObject job) =>
        Completions(job) is { } completions ? Succeeded >= completions : Succeeded > 0 && Active.Count == 0;

    public (string Reason, string Message)? Failure(JsonObject job)
    {
        var limit = job.Spec("backoffLimit").Int(6);
        var restarted = JsonTree.Text(job.Spec("template", "spec", "restartPolicy")) == "OnFailure" && (limit == 0 ? Restarts > 0 : Restarts >= limit);
        return Failed > limit || restarted ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit") : null;
    }

    // A Job without completions but with parallelism is a work queue: any success ends it. Both missing means one.
    private static int? Completions(JsonObject job) =>
        JsonTree.Number(job.Spec("completions")) is { } n ? (int)n : job.Spec("parallelism") is null ? 1 : null;
}
