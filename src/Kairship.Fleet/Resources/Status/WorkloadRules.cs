using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Fleet.Resources.Status;

/// <summary>The rules of kstatus for what has replicas.</summary>
internal static class WorkloadRules
{
    private static readonly Verdict NotObserved = Verdict.Progress("NotObserved", "no controller has looked at it yet");

    public static Verdict Deployment(JsonObject obj)
    {
        var progressing = Conditions.Find(obj, "Progressing");
        if (progressing is { Status: "False", Reason: "ProgressDeadlineExceeded" })
        {
            return new Verdict(Health.Failed, "ProgressDeadlineExceeded", progressing.Message ?? "it made no progress within its deadline");
        }

        if (!IsObserved(obj))
        {
            return NotObserved;
        }

        var (desired, total, updated) = (Spec(obj, "replicas", 1), Status(obj, "replicas"), Status(obj, "updatedReplicas"));
        var (ready, available) = (Status(obj, "readyReplicas"), Status(obj, "availableReplicas"));
        return First(
            (total < desired, "LessReplicas", $"replicas: {total}/{desired}"),
            (updated < desired, "LessUpdated", $"updated: {updated}/{desired}"),
            (total > desired, "ExtraPods", $"pending termination: {total - desired}"),
            (available < updated, "LessAvailable", $"available: {available}/{updated}"),
            (ready < desired, "LessReady", $"ready: {ready}/{desired}"),
            (HasDeadline(obj) && progressing is not { Status: "True", Reason: "NewReplicaSetAvailable" }, "ReplicaSetNotAvailable", "its replica set is not available"),
            (Conditions.FindTrue(obj, "Available") is null, "DeploymentNotAvailable", "it is not available"));
    }

    public static Verdict StatefulSet(JsonObject obj)
    {
        if (obj["spec"]?["updateStrategy"]?["type"]?.ToString() == "OnDelete")
        {
            return Verdict.Current;
        }

        if (!IsObserved(obj))
        {
            return NotObserved;
        }

        var (desired, total, ready) = (Spec(obj, "replicas", 1), Status(obj, "replicas"), Status(obj, "readyReplicas"));
        var (current, updated) = (Status(obj, "currentReplicas"), Status(obj, "updatedReplicas"));
        var partition = StatusRules.Number(obj["spec"]?["updateStrategy"]?["rollingUpdate"]?["partition"]) ?? 0;
        var early = First(
            (total < desired, "LessReplicas", $"replicas: {total}/{desired}"),
            (ready < desired, "LessReady", $"ready: {ready}/{desired}"),
            (total > desired, "ExtraPods", $"pending termination: {total - desired}"));
        if (early.Health != Health.Current)
        {
            return early;
        }

        if (partition > 0)
        {
            return First((updated < desired - partition, "PartitionRollout", $"updated: {updated}/{desired - partition}"));
        }

        var revision = (Current: obj["status"]?["currentRevision"]?.ToString(), Update: obj["status"]?["updateRevision"]?.ToString());
        return First(
            (current < desired, "LessCurrent", $"current: {current}/{desired}"),
            (revision.Current != revision.Update, "RevisionMismatch", $"updated: {updated}/{desired}"));
    }

    public static Verdict DaemonSet(JsonObject obj)
    {
        if (!IsObserved(obj))
        {
            return NotObserved;
        }

        var desired = StatusRules.Number(obj["status"]?["desiredNumberScheduled"]);
        return First(
            (desired is null, "NoDesiredNumber", "the number of nodes is not known yet"),
            (Status(obj, "currentNumberScheduled") < desired, "LessCurrent", $"scheduled: {Status(obj, "currentNumberScheduled")}/{desired}"),
            (Status(obj, "updatedNumberScheduled") < desired, "LessUpdated", $"updated: {Status(obj, "updatedNumberScheduled")}/{desired}"),
            (Status(obj, "numberAvailable") < desired, "LessAvailable", $"available: {Status(obj, "numberAvailable")}/{desired}"),
            (Status(obj, "numberReady") < desired, "LessReady", $"ready: {Status(obj, "numberReady")}/{desired}"));
    }

    public static Verdict ReplicaSet(JsonObject obj)
    {
        if (!IsObserved(obj))
        {
            return NotObserved;
        }

        if (Conditions.FindTrue(obj, "ReplicaFailure") is { } failure)
        {
            return Verdict.Progress(failure.Reason ?? "ReplicaFailure", failure.Message ?? "");
        }

        var desired = Spec(obj, "replicas", 1);
        return First(
            (Status(obj, "fullyLabeledReplicas") < desired, "LessLabelled", $"labelled: {Status(obj, "fullyLabeledReplicas")}/{desired}"),
            (Status(obj, "availableReplicas") < desired, "LessAvailable", $"available: {Status(obj, "availableReplicas")}/{desired}"),
            (Status(obj, "readyReplicas") < desired, "LessReady", $"ready: {Status(obj, "readyReplicas")}/{desired}"),
            (Status(obj, "replicas") > desired, "ExtraPods", $"pending termination: {Status(obj, "replicas") - desired}"));
    }

    /// <summary>Ready and wanted replicas; ready ones count only for the generation applied and the present revision.</summary>
    public static (int? Ready, int? Desired) Counts(ObjectRef reference, JsonObject obj)
    {
        switch (reference.Group, reference.Kind)
        {
            case ("apps", "Deployment"):
                return ((int)(IsLatest(obj) ? Math.Min(Status(obj, "readyReplicas"), Status(obj, "updatedReplicas")) : 0), (int)Spec(obj, "replicas", 1));
            case ("apps", "StatefulSet"):
                var settled = obj["status"]?["currentRevision"]?.ToString() == obj["status"]?["updateRevision"]?.ToString();
                var ready = settled ? Status(obj, "readyReplicas") : Math.Min(Status(obj, "readyReplicas"), Status(obj, "updatedReplicas"));
                return ((int)(IsLatest(obj) ? ready : 0), (int)Spec(obj, "replicas", 1));
            case ("apps", "ReplicaSet"):
                return ((int)(IsLatest(obj) ? Status(obj, "readyReplicas") : 0), (int)Spec(obj, "replicas", 1));
            case ("apps", "DaemonSet"):
                return ((int)(IsLatest(obj) ? Math.Min(Status(obj, "numberReady"), Status(obj, "updatedNumberScheduled")) : 0), (int)Status(obj, "desiredNumberScheduled"));
            default:
                return (null, null);
        }
    }

    private static bool IsObserved(JsonObject obj) => StatusRules.Number(obj["status"]?["observedGeneration"]) is not null;

    private static bool IsLatest(JsonObject obj) =>
        StatusRules.Number(obj["status"]?["observedGeneration"]) is { } observed && observed >= (StatusRules.Number(obj["metadata"]?["generation"]) ?? 0);

    private static bool HasDeadline(JsonObject obj) => StatusRules.Number(obj["spec"]?["progressDeadlineSeconds"]) is { } seconds && seconds != int.MaxValue;

    private static long Spec(JsonObject obj, string field, long otherwise) => StatusRules.Number(obj["spec"]?[field]) ?? otherwise;

    private static long Status(JsonObject obj, string field) => StatusRules.Number(obj["status"]?[field]) ?? 0;

    private static Verdict First(params ReadOnlySpan<(bool Holds, string Reason, string Message)> rules)
    {
        foreach (var (holds, reason, message) in rules)
        {
            if (holds)
            {
                return Verdict.Progress(reason, message);
            }
        }

        return Verdict.Current;
    }
}
