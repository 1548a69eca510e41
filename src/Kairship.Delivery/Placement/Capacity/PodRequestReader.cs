using System.Text.Json.Nodes;
using Kairship.Delivery.Manifests;

namespace Kairship.Delivery.Placement.Capacity;

/// <summary>Reads a pod template's request by the scheduler's rules.</summary>
public static class PodRequestReader
{
    private const string Cpu = "cpu";
    private const string Memory = "memory";

    /// <summary>
    /// Containers and sidecars together, or the largest init container with the sidecars before it, whichever is more; requests of the pod as a whole instead where it
    /// has them; and the overhead. What has a limit and no request requests its limit.
    /// </summary>
    /// <returns>null: the object describes no pod.</returns>
    /// <exception cref="ManifestException">An amount is not a quantity.</exception>
    public static PodRequest? Read(Manifest workload)
    {
        if (PodTemplates.Specs(workload.Json).FirstOrDefault() is not { } spec)
        {
            return null;
        }

        var amounts = Containers(workload, spec);
        foreach (var (name, amount) in Requests(workload, spec["resources"], "resources"))
        {
            amounts[name] = amount;
        }

        Add(amounts, Amounts(workload, spec["overhead"], "overhead"));
        var extended = amounts.Where(a => a.Key is not (Cpu or Memory)).ToDictionary(a => a.Key, a => Quantity.Units(a.Value));
        return new PodRequest(
            new NodeAmounts(Quantity.Milli(amounts.GetValueOrDefault(Cpu)), Quantity.Units(amounts.GetValueOrDefault(Memory)), extended.Count == 0 ? null : extended),
            Texts(spec["nodeSelector"]), ((spec["tolerations"] as JsonArray) ?? []).OfType<JsonObject>().Select(Toleration).ToList(), Terms(spec));
    }

    private static Dictionary<string, decimal> Containers(Manifest workload, JsonObject spec)
    {
        var (sidecars, most) = (new Dictionary<string, decimal>(), new Dictionary<string, decimal>());
        foreach (var init in (spec["initContainers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var own = Requests(workload, init["resources"], $"container {init["name"]}");
            if (init["restartPolicy"]?.ToString() == "Always")
            {
                Add(sidecars, own);
                Raise(most, sidecars);
            }
            else
            {
                Add(own, sidecars);
                Raise(most, own);
            }
        }

        var running = new Dictionary<string, decimal>(sidecars);
        foreach (var container in (spec["containers"] as JsonArray ?? []).OfType<JsonObject>())
        {
            Add(running, Requests(workload, container["resources"], $"container {container["name"]}"));
        }

        Raise(running, most);
        return running;
    }

    private static Dictionary<string, decimal> Requests(Manifest workload, JsonNode? resources, string where)
    {
        var limits = Amounts(workload, (resources as JsonObject)?["limits"], where);
        foreach (var (name, amount) in Amounts(workload, (resources as JsonObject)?["requests"], where))
        {
            limits[name] = amount;
        }

        return limits;
    }

    private static Dictionary<string, decimal> Amounts(Manifest workload, JsonNode? node, string where)
    {
        var amounts = new Dictionary<string, decimal>();
        foreach (var (name, value) in node as JsonObject ?? [])
        {
            amounts[name] = Quantity.TryRead(value, out var amount) && amount >= 0
                ? amount
                : throw new ManifestException($"{workload.Ref}: {name} of {where} is {value?.ToJsonString() ?? "empty"}; it must be {Quantity.Rule}.");
        }

        return amounts;
    }

    private static void Add(Dictionary<string, decimal> sum, Dictionary<string, decimal> more)
    {
        foreach (var (name, amount) in more)
        {
            sum[name] = sum.GetValueOrDefault(name) + amount;
        }
    }

    private static void Raise(Dictionary<string, decimal> most, Dictionary<string, decimal> other)
    {
        foreach (var (name, amount) in other)
        {
            most[name] = Math.Max(most.GetValueOrDefault(name), amount);
        }
    }

    private static Dictionary<string, string> Texts(JsonNode? node) =>
        (node as JsonObject ?? []).Where(e => e.Value is not null).ToDictionary(e => e.Key, e => e.Value!.ToString());

    private static Toleration Toleration(JsonObject fields) => new(
        fields["key"]?.ToString(),
        fields["operator"]?.ToString() == "Exists" ? TolerationOperator.Exists : TolerationOperator.Equal,
        fields["value"]?.ToString(),
        Enum.TryParse<TaintEffect>(fields["effect"]?.ToString(), out var effect) ? effect : null);

    private static List<IReadOnlyList<LabelRequirement>> Terms(JsonObject spec) =>
        (PodTemplates.At(spec, "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms") as JsonArray ?? [])
        .OfType<JsonObject>()
        .Select(term => (IReadOnlyList<LabelRequirement>)[.. Requirements(term["matchExpressions"]), .. Requirements(term["matchFields"])])
        .ToList();

    private static IEnumerable<LabelRequirement> Requirements(JsonNode? list) => (list as JsonArray ?? []).OfType<JsonObject>().Select(r => new LabelRequirement(
        r["key"]?.ToString() ?? "", r["operator"]?.ToString() ?? "In", (r["values"] as JsonArray)?.Select(v => v?.ToString() ?? "").ToList()));
}
