using System.Diagnostics.Metrics;

namespace Kairship.Fleet.Watching;

/// <summary>What watches go through, by cluster and kind. Many relists or repairs say that something between here and the cluster is not well.</summary>
public static class WatchMetrics
{
    public const string MeterName = "Kairship.Fleet";

    private static readonly Meter Meter = new(MeterName);
    private static readonly Counter<long> Events = Meter.CreateCounter<long>("kairship.watch.events", description: "Changes that watches told");
    private static readonly Counter<long> Relists = Meter.CreateCounter<long>("kairship.watch.relists", description: "Lists that watches began with or had to begin again with");
    private static readonly Counter<long> Reconnects = Meter.CreateCounter<long>("kairship.watch.reconnects", description: "Watches that were opened again where they had stopped");
    private static readonly Counter<long> Repairs = Meter.CreateCounter<long>("kairship.watch.repairs", description: "Consistency checks that found a state which no event had told");

    internal static void Told(string cluster, string kind) => Add(Events, cluster, kind);

    internal static void Listed(string cluster, string kind) => Add(Relists, cluster, kind);

    internal static void Reconnected(string cluster, string kind) => Add(Reconnects, cluster, kind);

    internal static void Repaired(string cluster, string kind) => Add(Repairs, cluster, kind);

    private static void Add(Counter<long> counter, string cluster, string kind) => counter.Add(1, new("cluster", cluster), new("kind", kind));
}
