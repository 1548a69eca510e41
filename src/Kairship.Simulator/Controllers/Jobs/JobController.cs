using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>
/// Runs pods until enough have succeeded or too many failed: parallelism, completions (Indexed too), backoffLimit with its growing pause, a deadline,
/// suspension, removal after a time. Pods count once, by their finalizer; those that the controller itself takes away do not. Pod failure and success policies are
/// not simulated.
/// </summary>
internal sealed class JobController(ControlContext context) : Controller(context)
{
    private const string Component = "job-controller";
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
            if (change.Type != ChangeType.Deleted && change.Object.IsDeleting() && JobTally.IsTracked(change.Object))
            {
                Enqueue(change.Key);
            }
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (key.Plural == "pods")
        {
            LetGo(key);
            return null;
        }

        if (Store.Get(key) is not { } job || job.IsDeleting() || job.Spec("template") is not JsonObject)
        {
            return null;
        }

        var tally = JobTally.Of(job, Index.Owned(job.UidOf(), "pods"));
        if (JobStatus.Ended(job) is { } end)
        {
            tally.Uncounted.ToList().ForEach(p => JobPod.Untrack(Store, p));
            return Expire(key, job, end);
        }

        var now = Clock.GetUtcNow();
        var started = job.Status("startTime").Time() ?? now;
        var deadline = job.Spec("activeDeadlineSeconds").Int() is > 0 and var seconds && !job.Spec("suspend").IsTrue()
            ? started.AddSeconds(seconds) - now
            : (TimeSpan?)null;
        if ((JobStatus.Decided(job) ?? Decide(job, tally, deadline)) is { } decided)
        {
            return End(key, job, tally, decided);
        }

        var suspended = job.Condition("Suspended") is { } condition && JsonTree.Text(condition["status"]) == "True";
        var pause = Adjust(job, tally, now);
        var counted = tally.Uncounted.ToList();
        Write(key, status => JobStatus.Counts(status, Recount(job, tally), job, Clock.Stamp()));
        counted.ForEach(p => JobPod.Untrack(Store, p));
        if (suspended != job.Spec("suspend").IsTrue())
        {
            Tell(job, "Normal", suspended ? "Resumed" : "Suspended", suspended ? "Job resumed" : "Job suspended");
        }

        return pause is null || deadline < pause ? deadline : pause;
    }

    private static (string Type, string Reason, string Message)? Decide(JsonObject job, JobTally tally, TimeSpan? deadline) =>
        tally.Failure(job) is { } failure ? ("Failed", failure.Reason, failure.Message)
        : deadline <= TimeSpan.Zero ? ("Failed", "DeadlineExceeded", "Job was active longer than specified deadline")
        : tally.IsComplete(job) ? ("Complete", "CompletionsReached", "Reached expected number of succeeded pods")
        : null;

    /// <summary>A pod that is being deleted has nobody to count it when its Job is gone.</summary>
    private void LetGo(ObjectKey key)
    {
        if (Store.Get(key) is { } pod
            && pod.IsDeleting()
            && (Index.Find(JsonTree.Text(pod.ControllerRef()?["uid"]) ?? "") is not { } owner || Store.Get(owner)?.IsDeleting() != false))
        {
            JobPod.Untrack(Store, pod);
        }
    }

    /// <summary>The pods as they are after some were started or taken away; what was counted stays counted.</summary>
    private JobTally Recount(JsonObject job, JobTally tally)
    {
        var pods = Index.Owned(job.UidOf(), "pods");
        return tally with { Active = [.. pods.Where(Pods.IsActive)], Ending = [.. pods.Where(p => p.IsDeleting() && !Pods.IsFinished(p))] };
    }

    /// <summary>Starts or ends pods.</summary>
    /// <returns>The pause that failures call for before the next start.</returns>
    private TimeSpan? Adjust(JsonObject job, JobTally tally, DateTimeOffset now)
    {
        var wanted = job.Spec("suspend").IsTrue() ? 0 : tally.Wanted(job);
        foreach (var surplus in tally.Active.Reverse().Take(tally.Active.Count - wanted))
        {
            JobPod.Untrack(Store, surplus);
            Remove(job, surplus);
        }

        if (wanted <= tally.Active.Count || !Context.IsOpen(job.NamespaceOf()))
        {
            return null;
        }

        if (tally.LastFailure is { } last)
        {
            var pause = TimeSpan.FromSeconds(Math.Min(LongestBackOff.TotalSeconds, FirstBackOff.TotalSeconds * Math.Pow(2, Math.Max(0, tally.Failed - 1))));
            if (last + pause - now is var left && left > TimeSpan.Zero)
            {
                return left;
            }
        }

        var indexes = JobTally.IsIndexed(job) ? tally.Missing(job).Select(i => (int?)i) : Enumerable.Repeat<int?>(null, wanted);
        foreach (var index in indexes.Take(wanted - tally.Active.Count).ToList())
        {
            Tell(job, "Normal", "SuccessfulCreate", $"Created pod: {JobPod.Create(Context, job, index)}");
        }

        return null;
    }

    private void Remove(JsonObject job, JsonObject pod)
    {
        if (Store.Delete(Pods.Key(pod), pod.UidOf()))
        {
            Tell(job, "Normal", "SuccessfulDelete", $"Deleted pod: {pod.NameOf()}");
        }
    }

    private TimeSpan? End(ObjectKey key, JsonObject job, JobTally tally, (string Type, string Reason, string Message) decided)
    {
        var (type, reason, message) = decided;
        foreach (var pod in tally.Active)
        {
            Remove(job, pod);
        }

        var after = JobTally.Of(job, Index.Owned(job.UidOf(), "pods"));
        var over = after is { Active.Count: 0, Ending.Count: 0 };
        Write(
            key,
            status =>
            {
                JobStatus.Counts(status, after, job, Clock.Stamp());
                JobStatus.Decide(status, type, reason, message, Clock.Stamp());
                if (over)
                {
                    JobStatus.End(status, type, reason, message, Clock.Stamp());
                }
            });
        foreach (var pod in after.Uncounted)
        {
            JobPod.Untrack(Store, pod);
        }

        if (!over)
        {
            return null;
        }

        Tell(job, type == "Complete" ? "Normal" : "Warning", type == "Complete" ? "Completed" : reason, type == "Complete" ? "Job completed" : message);
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

    private void Tell(JsonObject job, string type, string reason, string message) => Context.Events.Record(job, type, reason, message, Component);

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
