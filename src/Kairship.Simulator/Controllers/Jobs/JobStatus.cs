using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Jobs;

/// <summary>The status of a Job. Its end is told in two steps: what will come of it, and when the last pod has ended that it has come.</summary>
internal static class JobStatus
{
    /// <summary>When the Job completed or failed; null while it has not.</summary>
    public static DateTimeOffset? Ended(JsonObject job) =>
        job.Status("conditions").Items()
            .Where(c => JsonTree.Text(c["type"]) is "Complete" or "Failed" && JsonTree.Text(c["status"]) == "True")
            .Select(c => c["lastTransitionTime"].Time())
            .FirstOrDefault();

    /// <summary>The end that is decided and waits for the pods: its condition, reason and message.</summary>
    public static (string Type, string Reason, string Message)? Decided(JsonObject job) =>
        job.Status("conditions").Items()
            .Where(c => JsonTree.Text(c["type"]) is "SuccessCriteriaMet" or "FailureTarget" && JsonTree.Text(c["status"]) == "True")
            .Select(c => ((string, string, string)?)(
                JsonTree.Text(c["type"]) == "FailureTarget" ? "Failed" : "Complete", JsonTree.Text(c["reason"]) ?? "", JsonTree.Text(c["message"]) ?? ""))
            .FirstOrDefault();

    public static void Counts(JsonObject status, JobTally tally, JsonObject job, string now)
    {
        ObjectReading.Put(status, "active", tally.Active.Count);
        ObjectReading.Put(status, "succeeded", tally.Succeeded);
        ObjectReading.Put(status, "failed", tally.Failed);
        status["ready"] = (long)tally.Active.Count(Pods.IsReady);
        status["terminating"] = (long)tally.Ending.Count;
        status["uncountedTerminatedPods"] = new JsonObject();
        if (JobTally.IsIndexed(job))
        {
            status["completedIndexes"] = IndexSet.Format(tally.Indexes);
        }

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

    public static void Decide(JsonObject status, string type, string reason, string message, string now) =>
        ObjectReading.SetCondition(status, type == "Complete" ? "SuccessCriteriaMet" : "FailureTarget", "True", now, reason, message);

    public static void End(JsonObject status, string type, string reason, string message, string now)
    {
        ObjectReading.SetCondition(status, type, "True", now, reason, message);
        if (type == "Complete")
        {
            status["completionTime"] = now;
        }
    }
}
