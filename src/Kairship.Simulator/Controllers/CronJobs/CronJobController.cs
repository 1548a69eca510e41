using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Admission.Defaults;
using Kairship.Simulator.Controllers.Jobs;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.CronJobs;

/// <summary>
/// Makes a Job at each time of its schedule (cronjob_controllerv2.go): named after the minute, so that none is made twice; concurrencyPolicy, suspend,
/// startingDeadlineSeconds, limits of the history.
/// </summary>
internal sealed class CronJobController(ControlContext context) : Controller(context)
{
    private const string Component = "cronjob-controller";
    private const string TimeAnnotation = "batch.kubernetes.io/cronjob-scheduled-timestamp";

    public override void Observe(ObjectChange change)
    {
        if (change.Key is { Group: "batch", Plural: "cronjobs" } && change.Type != ChangeType.Deleted)
        {
            Enqueue(change.Key);
        }
        else if (change.Key is { Group: "batch", Plural: "jobs" } && change.Object.ControlledBy("CronJob") is { } owner)
        {
            Enqueue(new ObjectKey("batch", "cronjobs", change.Key.Namespace, owner));
        }
    }

    public override TimeSpan? Reconcile(ObjectKey key)
    {
        if (Store.Get(key) is not { } cron || cron.IsDeleting())
        {
            return null;
        }

        var jobs = Index.Owned(cron.UidOf(), "jobs");
        cron = NoteFinished(key, cron, jobs);
        Trim(cron, jobs);
        var (schedule, error) = CronSchedule.Parse(JsonTree.Text(cron.Spec("schedule")) ?? "", JsonTree.Text(cron.Spec("timeZone")));
        if (schedule is null)
        {
            Tell(cron, "Warning", "UnparseableSchedule", error);
            return null;
        }

        if (cron.Spec("suspend").IsTrue() || !Context.IsOpen(key.Namespace))
        {
            return null;
        }

        var now = Clock.GetUtcNow();
        if (Due(cron, schedule, now) is { } due)
        {
            Start(key, cron, due);
        }

        return schedule.Next(now) is { } next ? next - now + TimeSpan.FromMilliseconds(100) : null;
    }

    /// <summary>The newest time that was not served, unless it is too long ago.</summary>
    private DateTimeOffset? Due(JsonObject cron, CronSchedule schedule, DateTimeOffset now)
    {
        var earliest = cron.Status("lastScheduleTime").Time() ?? cron["metadata"]!["creationTimestamp"].Time() ?? now;
        var deadline = JsonTree.Number(cron.Spec("startingDeadlineSeconds"));
        if (deadline is { } seconds && now.AddSeconds(-seconds) > earliest)
        {
            earliest = now.AddSeconds(-seconds);
        }

        var (due, tooMany) = schedule.Missed(earliest, now);
        if (tooMany)
        {
            Tell(
                cron,
                "Warning",
                "TooManyMissedTimes",
                "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew");
        }

        return due;
    }

    private void Start(ObjectKey key, JsonObject cron, DateTimeOffset due)
    {
        var active = cron.Status("active").Items().ToList();
        switch (JsonTree.Text(cron.Spec("concurrencyPolicy")))
        {
            case "Forbid" when active.Count > 0:
                Tell(cron, "Normal", "JobAlreadyActive", "Not starting job because prior execution is running and concurrency policy is Forbid");
                return;
            case "Replace":
                foreach (var name in active.Select(a => JsonTree.Text(a["name"])!))
                {
                    Delete(cron, name);
                }

                active = [];
                break;
        }

        var jobKey = new ObjectKey("batch", "jobs", key.Namespace, string.Create(CultureInfo.InvariantCulture, $"{key.Name}-{due.ToUnixTimeSeconds() / 60}"));
        var job = Store.Get(jobKey);
        if (job is null)
        {
            job = Create(jobKey, cron, due);
            Tell(cron, "Normal", "SuccessfulCreate", $"Created job {jobKey.Name}");
        }

        Store.Update(
            key,
            c =>
            {
                var status = JsonTree.Child(c, "status");
                status["lastScheduleTime"] = GracefulDeletion.Stamp(due);
                status["active"] = new JsonArray([.. active.Where(a => JsonTree.Text(a["uid"]) != job.UidOf()).Select(a => a.DeepClone()), Reference(job)]);
                return c;
            },
            status: true);
    }

    private JsonObject Create(ObjectKey key, JsonObject cron, DateTimeOffset due)
    {
        var template = JsonTree.Copy(cron.Spec("jobTemplate") as JsonObject ?? []);
        var meta = JsonTree.Child(template, "metadata");
        var uid = Guid.NewGuid().ToString();
        var job = new JsonObject
        {
            ["apiVersion"] = "batch/v1",
            ["kind"] = "Job",
            ["metadata"] = new JsonObject { ["name"] = key.Name, ["uid"] = uid, ["ownerReferences"] = new JsonArray(cron.OwnerReference()) },
            ["spec"] = template["spec"]?.DeepClone() ?? new JsonObject(),
        };
        foreach (var field in (ReadOnlySpan<string>)["labels", "annotations"])
        {
            if (meta[field] is { } value)
            {
                job["metadata"]![field] = value.DeepClone();
            }
        }

        job.Annotate(TimeAnnotation, GracefulDeletion.Stamp(due));
        Defaulting.Apply(ResourceCatalog.Find("batch", "jobs")!, job);
        return Store.Create(key, job, uid);
    }

    /// <summary>Takes out of status.active what has ended or is gone.</summary>
    private JsonObject NoteFinished(ObjectKey key, JsonObject cron, List<JsonObject> jobs)
    {
        var keep = new List<JsonObject>();
        DateTimeOffset? success = cron.Status("lastSuccessfulTime").Time();
        foreach (var reference in cron.Status("active").Items())
        {
            var job = jobs.Find(j => j.UidOf() == JsonTree.Text(reference["uid"]));
            if (job is not null && JobStatus.Ended(job) is null)
            {
                keep.Add(reference);
            }
            else if (job is not null)
            {
                var complete = job.Condition("Complete") is not null;
                Tell(cron, "Normal", "SawCompletedJob", $"Saw completed job: {job.NameOf()}, condition: {(complete ? "Complete" : "Failed")}");
                var done = job.Status("completionTime").Time();
                success = complete && (success is null || done > success) ? done : success;
            }
        }

        if (keep.Count == cron.Status("active").Items().Count())
        {
            return cron;
        }

        return Store.Update(
            key,
            c =>
            {
                var status = JsonTree.Child(c, "status");
                status.Remove("active");
                if (keep.Count > 0)
                {
                    status["active"] = new JsonArray([.. keep.Select(k => k.DeepClone())]);
                }

                if (success is { } time)
                {
                    status["lastSuccessfulTime"] = GracefulDeletion.Stamp(time);
                }

                return c;
            },
            status: true) ?? cron;
    }

    private void Trim(JsonObject cron, List<JsonObject> jobs)
    {
        foreach (var (condition, field, otherwise) in (ReadOnlySpan<(string, string, int)>)[("Complete", "successfulJobsHistoryLimit", 3), ("Failed", "failedJobsHistoryLimit", 1)])
        {
            var ended = jobs.Where(j => JobStatus.Ended(j) is not null && j.Condition(condition) is not null).OrderBy(j => j.Status("startTime").Time()).ToList();
            foreach (var old in ended.Take(ended.Count - cron.Spec(field).Int(otherwise)))
            {
                Delete(cron, old.NameOf());
            }
        }
    }

    private void Delete(JsonObject cron, string job)
    {
        if (Store.Delete(new ObjectKey("batch", "jobs", cron.NamespaceOf(), job)))
        {
            Tell(cron, "Normal", "SuccessfulDelete", $"Deleted job {job}");
        }
    }

    private static JsonObject Reference(JsonObject job) => new()
    {
        ["apiVersion"] = "batch/v1",
        ["kind"] = "Job",
        ["name"] = job.NameOf(),
        ["namespace"] = job.NamespaceOf(),
        ["uid"] = job.UidOf(),
        ["resourceVersion"] = JsonTree.Text(job["metadata"]?["resourceVersion"]),
    };

    private void Tell(JsonObject cron, string type, string reason, string message) => Context.Events.Record(cron, type, reason, message, Component);
}
