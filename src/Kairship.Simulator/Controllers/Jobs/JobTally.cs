using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>What the pods of a Job have come to. Pure.</summary>
internal sealed record JobTally(IReadOnlyList<JsonObject> Active, int Succeeded, int Failed, int Restarts, DateTimeOffset? LastFailure)
{
    public static JobTally Of(JsonObject job, IReadOnlyList<JsonObject> pods)
    {
        List<JsonObject> failed = [.. pods.Where(p => Pods.Phase(p) == "Failed")];
        return new JobTally(
            [.. pods.Where(Pods.IsActive)],
            pods.Count(p => Pods.Phase(p) == "Succeeded"),
            failed.Count,
            JsonTree.Text(job.Spec("template", "spec", "restartPolicy")) == "OnFailure"
                ? pods.Sum(p => p.Status("containerStatuses").Items().Sum(c => c["restartCount"].Int()))
                : 0,
            failed.SelectMany(p => p.Status("containerStatuses").Items())
                .Select(c => JsonTree.At(c, "state", "terminated", "finishedAt").Time())
                .Max());
    }

    /// <summary>How many pods may run now.</summary>
    public int Wanted(JsonObject job)
    {
        var parallelism = job.Spec("parallelism").Int(1);
        return Completions(job) is { } completions
            ? Math.Min(parallelism, completions - Succeeded)
            : Succeeded > 0 ? Active.Count : parallelism;
    }

    public bool IsComplete(JsonObject job) =>
        Completions(job) is { } completions ? Succeeded >= completions : Succeeded > 0 && Active.Count == 0;

    public (string Reason, string Message)? Failure(JsonObject job) =>
        Failed + Restarts > job.Spec("backoffLimit").Int(6)
            ? ("BackoffLimitExceeded", "Job has reached the specified backoff limit")
            : null;

    // A Job without completions but with parallelism is a work queue: any success ends it. Both missing means one.
    private static int? Completions(JsonObject job) =>
        JsonTree.Number(job.Spec("completions")) is { } n ? (int)n : job.Spec("parallelism") is null ? 1 : null;
}
