using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>What runs to an end.</summary>
internal static class JobRules
{
    public static Verdict Job(JsonObject obj)
    {
        if (Conditions.FindTrue(obj, "Failed") is { } failed)
        {
            return Verdict.Failed(failed.Reason ?? "JobFailed", failed.Message ?? "the job failed");
        }

        if (Conditions.FindTrue(obj, "Complete") is not null)
        {
            return Verdict.Current;
        }

        if (obj["spec"]?["suspend"]?.ToString() == "true")
        {
            return Verdict.Finding("Suspended", "the job is suspended, as it asks for");
        }

        // It will fail, or has done enough; its last pods are on their way out.
        if ((Conditions.FindTrue(obj, "FailureTarget") ?? Conditions.FindTrue(obj, "SuccessCriteriaMet")) is { } ending)
        {
            return Verdict.Progress(ending.Reason ?? ending.Type, ending.Message ?? "its last pods are ending");
        }

        return obj["status"]?["startTime"] is null
            ? Verdict.Progress("JobNotStarted", "the job has not started")
            : Verdict.Progress("JobRunning", $"active: {Count(obj, "active")}, succeeded: {Count(obj, "succeeded")}, failed: {Count(obj, "failed")}");
    }

    /// <summary>A schedule is in force as soon as it is there; how its jobs end is their own matter.</summary>
    public static Verdict CronJob(JsonObject obj) =>
        obj["spec"]?["suspend"]?.ToString() == "true" ? Verdict.Finding("Suspended", "nothing is started while it is suspended") : Verdict.Current;

    private static long Count(JsonObject obj, string field) => StatusRules.Number(obj["status"]?[field]) ?? 0;
}
