using System.Text.Json.Nodes;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Controllers.Deployments;

/// <summary>The status of a Deployment out of its replica sets, with the conditions and reasons of Kubernetes (progress.go, sync.go). Pure.</summary>
internal static class DeploymentStatus
{
    public const string Available = "NewReplicaSetAvailable";
    public const string TimedOut = "ProgressDeadlineExceeded";

    /// <summary>The counts and the Available condition; other conditions are carried over.</summary>
    public static JsonObject Count(JsonObject deployment, DeploymentSpec spec, ReplicaSetFamily family, string now)
    {
        var old = deployment.StatusOf();
        var replicas = family.All.Sum(s => s.Observed);
        var available = family.All.Sum(s => s.Object.Status("availableReplicas").Int());
        var status = new JsonObject { ["observedGeneration"] = deployment.GenerationOf() };
        ObjectReading.Put(status, "replicas", replicas);
        ObjectReading.Put(status, "updatedReplicas", family.New?.Observed ?? 0);
        ObjectReading.Put(status, "readyReplicas", family.All.Sum(s => s.Ready));
        ObjectReading.Put(status, "availableReplicas", available);
        ObjectReading.Put(status, "unavailableReplicas", Math.Max(0, family.All.Sum(s => s.Replicas) - available));
        if (old?["conditions"] is JsonArray conditions)
        {
            status["conditions"] = JsonTree.CopyNode(conditions);
        }

        if (old?["collisionCount"] is { } collisions)
        {
            status["collisionCount"] = JsonTree.CopyNode(collisions);
        }

        if (available >= spec.Replicas - spec.MaxUnavailable)
        {
            Set(status, "Available", "True", "MinimumReplicasAvailable", "Deployment has minimum availability.", now);
        }
        else
        {
            Set(status, "Available", "False", "MinimumReplicasUnavailable", "Deployment does not have minimum availability.", now);
        }

        return status;
    }

    /// <summary>Adds what the rollout does: progressing, complete or past its deadline.</summary>
    public static void Progress(JsonObject deployment, JsonObject status, DeploymentSpec spec, ReplicaSetView? newest, TimeProvider clock)
    {
        if (spec.ProgressDeadlineSeconds is not { } deadline)
        {
            Remove(status, "Progressing");
            return;
        }

        var current = Find(status, "Progressing");
        if (JsonTree.Text(current?["reason"]) == Available && status["replicas"].Int() == status["updatedReplicas"].Int())
        {
            return;
        }

        var now = clock.Stamp();
        var subject = newest is null ? $"Deployment \"{deployment.NameOf()}\"" : $"ReplicaSet \"{newest.Name}\"";
        if (IsComplete(status, spec))
        {
            Set(status, "Progressing", "True", Available, subject + " has successfully progressed.", now);
        }
        else if (HasMoved(deployment.StatusOf(), status))
        {
            Set(status, "Progressing", "True", "ReplicaSetUpdated", subject + " is progressing.", now, always: true);
        }
        else if (IsOverdue(current, deadline, clock.GetUtcNow()))
        {
            Set(status, "Progressing", "False", TimedOut, subject + " has timed out progressing.", now);
        }
    }

    public static bool IsComplete(JsonObject? status, DeploymentSpec spec) =>
        status is not null
        && status["updatedReplicas"].Int() == spec.Replicas
        && status["replicas"].Int() == spec.Replicas
        && status["availableReplicas"].Int() == spec.Replicas;

    /// <summary>Time until the deadline passes without progress; null when no deadline runs.</summary>
    public static TimeSpan? UntilDeadline(JsonObject status, DeploymentSpec spec, DateTimeOffset now)
    {
        if (spec.ProgressDeadlineSeconds is not { } deadline || IsComplete(status, spec) || Find(status, "Progressing") is not { } current
            || JsonTree.Text(current["reason"]) is Available or TimedOut || current["lastUpdateTime"].Time() is not { } updated)
        {
            return null;
        }

        // One second more: the times have whole seconds.
        return updated.AddSeconds(deadline + 1) - now is var left && left > TimeSpan.Zero ? left : TimeSpan.FromSeconds(1);
    }

    public static JsonObject? Find(JsonObject? status, string type) =>
        status?["conditions"].Items().FirstOrDefault(c => JsonTree.Text(c["type"]) == type);

    /// <summary>Sets a condition unless status and reason stay the same (then only <paramref name="always"/> renews it).</summary>
    public static void Set(JsonObject status, string type, string value, string reason, string message, string now, bool always = false)
    {
        var old = Find(status, type);
        if (!always && JsonTree.Text(old?["status"]) == value && JsonTree.Text(old?["reason"]) == reason)
        {
            return;
        }

        var transition = JsonTree.Text(old?["status"]) == value ? JsonTree.Text(old!["lastTransitionTime"]) ?? now : now;
        Remove(status, type);
        if (status["conditions"] is not JsonArray conditions)
        {
            status["conditions"] = conditions = [];
        }

        conditions.Add(new JsonObject
        {
            ["type"] = type,
            ["status"] = value,
            ["lastUpdateTime"] = now,
            ["lastTransitionTime"] = transition,
            ["reason"] = reason,
            ["message"] = message,
        });
    }

    private static void Remove(JsonObject status, string type)
    {
        if (status["conditions"] is JsonArray conditions && Find(status, type) is { } old)
        {
            conditions.Remove(old);
        }
    }

    private static bool HasMoved(JsonObject? old, JsonObject status) =>
        status["updatedReplicas"].Int() > (old?["updatedReplicas"]).Int()
        || Outdated(status) < Outdated(old)
        || status["readyReplicas"].Int() > (old?["readyReplicas"]).Int()
        || status["availableReplicas"].Int() > (old?["availableReplicas"]).Int();

    private static int Outdated(JsonObject? status) => (status?["replicas"]).Int() - (status?["updatedReplicas"]).Int();

    private static bool IsOverdue(JsonObject? current, int deadline, DateTimeOffset now) =>
        current is not null
        && JsonTree.Text(current["reason"]) is var reason
        && reason != Available
        && (reason == TimedOut || (current["lastUpdateTime"].Time() is { } updated && updated.AddSeconds(deadline) < now));
}
