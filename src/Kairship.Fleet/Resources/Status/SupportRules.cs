using System.Text.Json.Nodes;

namespace Kairship.Fleet.Resources.Status;

/// <summary>What stands beside workloads: storage, autoscalers, budgets, definitions of kinds.</summary>
internal static class SupportRules
{
    private static readonly Verdict NotObserved = Verdict.Progress("NotObserved", "no controller has looked at it yet");

    public static Verdict PersistentVolumeClaim(JsonObject obj) => obj["status"]?["phase"]?.ToString() switch
    {
        "Bound" => Verdict.Current,
        "Lost" => Verdict.Failed("ClaimLost", "the volume that it was bound to is gone"),
        var phase => Verdict.Progress("NotBound", $"the claim is {phase ?? "not seen yet"}"),
    };

    /// <summary>Only an autoscaler that cannot scale is unfinished. One without metrics is a finding, not a reason to hold a release.</summary>
    public static Verdict Autoscaler(JsonObject obj)
    {
        if (Conditions.FindFalse(obj, "AbleToScale") is { } unable)
        {
            return Verdict.Progress(unable.Reason ?? "NotAbleToScale", unable.Message ?? "");
        }

        if (obj["status"]?["desiredReplicas"] is null && Conditions.Find(obj, "AbleToScale") is null)
        {
            return NotObserved;
        }

        return Conditions.FindFalse(obj, "ScalingActive") is { } idle ? Verdict.Finding(idle.Reason ?? "ScalingInactive", idle.Message ?? "") : Verdict.Current;
    }

    /// <summary>A budget is in force once it was counted; that it allows no disruption now is a finding.</summary>
    public static Verdict DisruptionBudget(JsonObject obj)
    {
        var allowed = Conditions.Find(obj, "DisruptionAllowed");
        if (StatusRules.Number(obj["status"]?["observedGeneration"]) is null)
        {
            return NotObserved;
        }

        if (allowed is not null && allowed.IsOlderThan(StatusRules.Number(obj["metadata"]?["generation"])))
        {
            return StatusRules.NotObserved(StatusRules.Number(obj["metadata"]?["generation"]), allowed.ObservedGeneration);
        }

        return allowed is not { Status: "False" } ? Verdict.Current
            : allowed.Reason == "SyncFailed" ? Verdict.Progress("SyncFailed", allowed.Message ?? "")
            : Verdict.Finding(allowed.Reason ?? "InsufficientPods", allowed.Message ?? "it allows no disruption now");
    }

    public static Verdict Definition(JsonObject obj)
    {
        if (Conditions.FindFalse(obj, "NamesAccepted") is { } refused)
        {
            return Verdict.Failed(refused.Reason ?? "NamesNotAccepted", refused.Message ?? "");
        }

        return Conditions.Find(obj, "Established") switch
        {
            { IsTrue: true } => Verdict.Current,
            { Status: "False", Reason: not "Installing" } failed => Verdict.Failed(failed.Reason ?? "NotEstablished", failed.Message ?? ""),
            _ => Verdict.Progress("NotEstablished", "the definition is not established yet"),
        };
    }

    public static Verdict ApiService(JsonObject obj) => Conditions.Find(obj, "Available") switch
    {
        { IsTrue: true } => Verdict.Current,
        null => NotObserved,
        var missing => Verdict.Progress(missing.Reason ?? "NotAvailable", missing.Message ?? ""),
    };
}
