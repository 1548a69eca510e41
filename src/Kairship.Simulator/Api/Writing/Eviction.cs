using System.Globalization;
using System.Text.Json.Nodes;
using Kairship.Simulator.Api.Bodies;
using Kairship.Simulator.Api.Selectors;
using Kairship.Simulator.Objects;

namespace Kairship.Simulator.Api.Writing;

/// <summary>
/// POST eviction: deletes a pod unless a disruption budget has none left, which it then takes one from (eviction.go). Pods that have not
/// started, have ended or are being deleted count in no budget.
/// </summary>
internal sealed class Eviction(ObjectStore store)
{
    private const string Refused = "Cannot evict pod as it would violate the pod's disruption budget.";
    private const int SecondsUntilProcessed = 10;

    public JsonObject Evict(ApiCall call, RequestBody body)
    {
        var pod = store.Get(call.Key) ?? throw ApiException.NotFound(call.Key);
        var asked = body.Node as JsonObject ?? [];
        if (JsonTree.Text(asked["metadata"]?["name"]) is { Length: > 0 } named && named != call.Path.Name)
        {
            throw ApiException.BadRequest("name in URL does not match name in Eviction object");
        }

        var options = asked["deleteOptions"] as JsonObject ?? [];
        var dryRun = call.DryRun || options["dryRun"] is JsonArray { Count: > 0 };
        if (CountsForBudgets(pod) && BudgetOf(call, pod) is { } budget)
        {
            Take(budget, pod, dryRun);
        }

        if (!dryRun)
        {
            store.Delete(call.Key, JsonTree.Text(pod["metadata"]!["uid"]), JsonTree.Number(options["gracePeriodSeconds"]));
        }

        return new JsonObject { ["kind"] = "Status", ["apiVersion"] = "v1", ["metadata"] = new JsonObject(), ["status"] = "Success", ["code"] = 201 };
    }

    private static bool CountsForBudgets(JsonObject pod) =>
        JsonTree.Text(pod["status"]?["phase"]) is not ("Pending" or "Succeeded" or "Failed") && pod["metadata"]!["deletionTimestamp"] is null;

    private JsonObject? BudgetOf(ApiCall call, JsonObject pod)
    {
        List<JsonObject> budgets =
        [
            .. store.List("policy", "poddisruptionbudgets", call.Path.Namespace).Where(b =>
                b["spec"]?["selector"] is JsonObject selector && LabelSelector.Of(selector).Matches(pod["metadata"]!["labels"] as JsonObject)),
        ];
        return budgets.Count > 1
            ? throw new ApiException(500, "", "This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.")
            : budgets.FirstOrDefault();
    }

    private void Take(JsonObject budget, JsonObject pod, bool dryRun)
    {
        if (MayGoUnhealthy(budget, pod))
        {
            return;
        }

        var meta = budget["metadata"]!;
        var key = new ObjectKey("policy", "poddisruptionbudgets", JsonTree.Text(meta["namespace"]), JsonTree.Text(meta["name"])!);
        ApiException? refusal = null;
        store.Update(
            key,
            current =>
            {
                refusal = Refusal(key.Name, current);
                return refusal is not null || dryRun ? null : Taken(current, pod, store.Clock.GetUtcNow());
            },
            status: true);
        if (refusal is not null)
        {
            throw refusal;
        }
    }

    /// <summary>An unready pod may go as long as the others are enough; with AlwaysAllow it always may.</summary>
    private static bool MayGoUnhealthy(JsonObject budget, JsonObject pod)
    {
        var ready = (pod["status"]?["conditions"] as JsonArray ?? []).Any(c => JsonTree.Text(c?["type"]) == "Ready" && JsonTree.Text(c?["status"]) == "True");
        var (healthy, desired) = (JsonTree.Number(budget["status"]?["currentHealthy"]) ?? 0, JsonTree.Number(budget["status"]?["desiredHealthy"]) ?? 0);
        return !ready && (JsonTree.Text(budget["spec"]?["unhealthyPodEvictionPolicy"]) == "AlwaysAllow" || (healthy >= desired && desired > 0));
    }

    private static ApiException? Refusal(string name, JsonObject budget)
    {
        var status = budget["status"];
        if ((JsonTree.Number(status?["observedGeneration"]) ?? 0) < (JsonTree.Number(budget["metadata"]!["generation"]) ?? 0))
        {
            return TooMany($"The disruption budget {name} is still being processed by the server.", SecondsUntilProcessed);
        }

        return JsonTree.Number(status?["disruptionsAllowed"]) is > 0
            ? null
            : TooMany(
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"The disruption budget {name} needs {JsonTree.Number(status?["desiredHealthy"]) ?? 0} healthy pods and has {JsonTree.Number(status?["currentHealthy"]) ?? 0} currently"),
                retryAfter: null);
    }

    private static JsonObject Taken(JsonObject budget, JsonObject pod, DateTimeOffset now)
    {
        var status = JsonTree.Child(budget, "status");
        status["disruptionsAllowed"] = JsonTree.Number(status["disruptionsAllowed"])!.Value - 1;
        JsonTree.Child(status, "disruptedPods")[JsonTree.Text(pod["metadata"]!["name"])!] = GracefulDeletion.Stamp(now);
        return budget;
    }

    private static ApiException TooMany(string why, int? retryAfter)
    {
        var details = new JsonObject { ["causes"] = new JsonArray(new JsonObject { ["reason"] = "DisruptionBudget", ["message"] = why }) };
        if (retryAfter is { } seconds)
        {
            details["retryAfterSeconds"] = (long)seconds;
        }

        return new ApiException(429, "TooManyRequests", Refused, details);
    }
}
