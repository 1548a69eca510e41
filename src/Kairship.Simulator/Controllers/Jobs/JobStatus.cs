using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>The status of a Job.</summary>
internal static class JobStatus
{
    /// <summary>When the Job completed or failed; null while it has not.</summary>
    public static DateTimeOffset? Ended(JsonObject job) =>
        job.Status("conditions").Items()
            .Where(c => JsonTree.Text(c["type"]) is "Complete" or "Failed" && JsonTree.Text(c["status"]) == "True")
            .Select(c => c["lastTransitionTime"].Time())
            .FirstOrDefault();

    public static void Counts(JsonObject status, JobTally tally, JsonObject job, string now)
    {
        Put(status, "active", tally.Active.Count);
        Put(status, "succeeded", tally.Succeeded);
        Put(status, "failed", tally.Failed);
        status["ready"] = (long)tally.Active.Count(Pods.IsReady);
        status["terminating"] = 0L;
        status["uncountedTerminatedPods"] = new JsonObject();
        if (job.Spec("suspend").IsTrue())
        {
            status.Remove("startTime");
            ObjectReading.SetCondition(status, "Suspended", "True", now, "JobSuspended", "Job suspended");
        }
        else
        {
            status["startTime"] ??= now;
            if (status["conditions"].Items().Any(c => JsonTree.Text(c["type"]) == "Suspended"))
            {
                ObjectReading.SetCondition(status, "Suspended", "False", now, "JobResumed", "Job resumed");
            }
        }
    }

    public static void End(JsonObject status, string type, string reason, string message, string now)
    {
        ObjectReading.SetCondition(status, type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget", "True", now, reason, message);
        ObjectReading.SetCondition(status, type, "True", now, reason, message);
        if (type == "Complete")
        {
            status["completionTime"] = now;
        }
    }

    private static void Put(JsonObject status, string field, int count)
    {
        status.Remove(field);
        if (count > 0)
        {
            status[field] = (long)count;
        }
    }
}
