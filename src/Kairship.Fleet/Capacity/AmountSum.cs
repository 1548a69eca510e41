using System.Text.Json;
using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Fleet.Capacity;

/// <summary>Amounts on their way to a sum.</summary>
internal sealed class AmountSum
{
    private Dictionary<string, long>? _extended;

    public long CpuMilli { get; private set; }

    public long MemoryBytes { get; private set; }

    /// <summary>As the scheduler counts: containers and sidecars together, or the largest init container with the sidecars before it, whichever is more; and the overhead.</summary>
    public static AmountSum OfPod(JsonElement spec)
    {
        var (running, sidecars, most) = (new AmountSum(), new AmountSum(), new AmountSum());
        foreach (var init in Containers(spec, "initContainers"))
        {
            var own = RequestsOf(init);
            if (init.TryGetProperty("restartPolicy", out var policy) && policy.GetString() == "Always")
            {
                sidecars.Add(own);
                most.Raise(sidecars);
            }
            else
            {
                own.Add(sidecars);
                most.Raise(own);
            }
        }

        foreach (var container in Containers(spec, "containers"))
        {
            running.Add(RequestsOf(container));
        }

        running.Add(sidecars);
        running.Raise(most);
        running.Add(Of(spec, "overhead"));
        return running;
    }

    /// <summary>The amounts in a field; none where there is no such field.</summary>
    public static AmountSum Of(JsonElement parent, string field)
    {
        var sum = new AmountSum();
        if (parent.TryGetProperty(field, out var amounts) && amounts.ValueKind == JsonValueKind.Object)
        {
            foreach (var amount in amounts.EnumerateObject())
            {
                sum.Add(amount.Name, amount.Value);
            }
        }

        return sum;
    }

    /// <summary>Whole units, rounded up as the scheduler does; 0 for what is no quantity.</summary>
    public static long Units(JsonElement value) => Quantity.TryParse(TextOf(value), out var amount) ? Quantity.Units(amount) : 0;

    public void Add(AmountSum other)
    {
        CpuMilli += other.CpuMilli;
        MemoryBytes += other.MemoryBytes;
        foreach (var (name, amount) in other._extended ?? [])
        {
            Set(name, Get(name) + amount);
        }
    }

    public NodeAmounts ToAmounts() => new(CpuMilli, MemoryBytes, _extended);

    private void Raise(AmountSum other)
    {
        CpuMilli = Math.Max(CpuMilli, other.CpuMilli);
        MemoryBytes = Math.Max(MemoryBytes, other.MemoryBytes);
        foreach (var (name, amount) in other._extended ?? [])
        {
            Set(name, Math.Max(Get(name), amount));
        }
    }

    private void Add(string name, JsonElement value)
    {
        switch (name)
        {
            case "cpu":
                CpuMilli += Quantity.TryParse(TextOf(value), out var cpu) ? Quantity.Milli(cpu) : 0;
                break;
            case "memory":
                MemoryBytes += Units(value);
                break;
            case "pods":
                break;
            default:
                Set(name, Get(name) + Units(value));
                break;
        }
    }

    private long Get(string name) => _extended?.GetValueOrDefault(name) ?? 0;

    private void Set(string name, long amount) => (_extended ??= [])[name] = amount;

    private static string? TextOf(JsonElement value) => value.ValueKind == JsonValueKind.String ? value.GetString() : value.GetRawText();

    private static AmountSum RequestsOf(JsonElement container) =>
        container.TryGetProperty("resources", out var resources) && resources.ValueKind == JsonValueKind.Object ? Of(resources, "requests") : new AmountSum();

    private static IEnumerable<JsonElement> Containers(JsonElement spec, string field) =>
        spec.TryGetProperty(field, out var containers) && containers.ValueKind == JsonValueKind.Array ? containers.EnumerateArray() : [];
}
