using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>
/// Runs pods until enough have succeeded or too many failed: parallelism, completions, backoffLimit with its growing pause, a deadline,
/// suspension, removal after a time. Indexed completion and pod failure policies are not simulated.
/// </summary>
internal sealed class JobController(ControlContext context) : Controller(context)
{
    private static readonly TimeSpan FirstBackOff = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan LongestBackOff = TimeSpan.FromMinutes(10);

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "batch", Plural: "jobs" } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "", Plural: "pods" } && change.Object.ControlledBy("Job") is { } owner)
        {
            Enqueue(new ObjectKey("batch", "jobs", change.Key.Namespace, owner));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } job || job.IsDeleting() || job.Spec("template") is not JsonObject)
        {
            return null;
        }

        if (JobStatus.Ended(job) is { } end)
        {
            return Expire(key, job, end);
        }

        var tally = JobTally.Of(job, Index.Owned(job.UidOf(), "pods"));
        var now = Clock.GetUtcNow();
        var started = job.Status("startTime").Time() ?? now;
        var deadline = job.Spec("activeDeadlineSeconds").Int() is > 0 and var seconds ? started.AddSeconds(seconds) - now : (TimeSpan?)null;
        if (tally.Failure(job) is { } failure)
        {
            return End(key, job, tally, "Failed", failure.Reason, failure.Message);
        }

        if (deadline <= TimeSpan.Zero)
        {
            return End(key, job, tally, "Failed", "DeadlineExceeded", "Job was active longer than specified deadline");
        }

        if (tally.IsComplete(job))
        {
            return End(key, job, tally, "Complete", "CompletionsReached", "Reached expected number of succeeded pods");
        }

        var pause = Adjust(job, tally, now);
        var after = JobTally.Of(job, Index.Owned(job.UidOf(), "pods"));
        Write(key, status => JobStatus.Counts(status, after, job, Clock.Stamp()));
        return pause is null || deadline < pause ? deadline : pause;
    }

    /// <summary>Starts or ends pods.</summary>
    /// <returns>The pause that failures call for before the next start.</returns>
    private TimeSpan? Adjust(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        var wanted = job.Spec("suspend").IsTrue() ? 0 : tally.Wanted(job);
        foreach (var surplus in tally.Active.Take(tally.Active.Count - wanted))
        {
            Store.Delete(Pods.Key(surplus), surplus.UidOf());
        }

        if (wanted <= tally.Active.Count || !Context.IsOpen(job.NamespaceOf()))
        {
            return null;
        }

        if (tally.LastFailure is { } last)
        {
            var pause = TimeSpan.FromSeconds(Math.Min(LongestBackOff.TotalSeconds, FirstBackOff.TotalSeconds * Math.Pow(2, tally.Failed - 1)));
            if (last + pause - now is var left && left > TimeSpan.Zero)
            {
                return left;
            }
        }

        var pod = NewPod(job);
        for (var i = tally.Active.Count; i < wanted; i++)
        {
            Pods.CreateWithSuffix(Context, job, pod);
        }

        return null;
    }

    private static JsonObject NewPod(JsonObject job)
    {
        var pod = Pods.FromTemplate(job, (JsonObject)job.Spec("template")!);
        var labels = JsonTree.Child(JsonTree.Child(pod, "metadata"), "labels");
        foreach (var prefix in (ReadOnlySpan<string>)["", "batch.kubernetes.io/"])
        {
            labels[prefix + "controller-uid"] = job.UidOf();
            labels[prefix + "job-name"] = job.NameOf();
        }

        return pod;
    }

    private TimeSpan? End(ObjectKey key, JsonObject job, JobTally tally, string type, string reason, string message)
    {
        foreach (var pod in tally.Active)
        {
            Store.Delete(Pods.Key(pod), pod.UidOf());
        }

        Write(
            key,
            status =>
            {
                JobStatus.Counts(status, tally with { Active = [] }, job, Clock.Stamp());
                JobStatus.End(status, type, reason, message, Clock.Stamp());
            });
        return job.Spec("ttlSecondsAfterFinished").Int(-1) is >= 0 and var ttl ? TimeSpan.FromSeconds(ttl) : null;
    }

    private TimeSpan? Expire(ObjectKey key, JsonObject job, DateTimeOffset end)
    {
        if (job.Spec("ttlSecondsAfterFinished").Int(-1) is not (>= 0 and var ttl))
        {
            return null;
        }

        var left = end.AddSeconds(ttl) - Clock.GetUtcNow();
        if (left > TimeSpan.Zero)
        {
            return left;
        }

        Store.Delete(key, job.UidOf());
        return null;
    }

    private void Write(ObjectKey key, Action<JsonObject> change) =>
        Store.Update(
            key,
            j =>
            {
                change(JsonTree.Child(j, "status"));
                return j;
            },
            status: true);
}
