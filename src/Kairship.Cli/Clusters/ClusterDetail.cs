using System.CommandLine;
using System.Globalization;
using Kairship.Api.Clusters;
using Kairship.Cli.Output;

namespace Kairship.Cli.Clusters;

/// <summary>One cluster, for people.</summary>
internal static class ClusterDetail
{
    public static void Print(ParseResult result, ClusterInfo cluster, IReadOnlyList<ClusterTransitionInfo> transitions)
    {
        (string Name, string? Value)[] lines =
        [
            ("Name", cluster.Name), ("Server", cluster.Server), ("Context", cluster.Context), ("Labels", Printer.Labels(cluster.Labels)), ("Taints", string.Join(", ", cluster.Taints)),
            ("Joined", Printer.Ago(cluster.JoinedAt)), ("Version", cluster.Condition?.Version), ("Latency p50/p95", Latency(cluster.Condition)),
            ("Last look", cluster.Condition is { } last ? Printer.Ago(last.CheckedAt) : null), ("It found", cluster.Condition?.Observed),
        ];
        foreach (var (name, value) in lines.Where(l => !string.IsNullOrEmpty(l.Value)))
        {
            Console.Out.WriteLine($"{name + ":",-18}{value}");
        }

        if (cluster.Condition is not { } condition)
        {
            Console.Out.WriteLine("It has not been looked at yet.");
            return;
        }

        Console.Out.WriteLine();
        Printer.Print(result, condition, condition.Conditions, ["Condition", "Status", "Reason", "Since", "Message"], c => [c.Type, c.Status, c.Reason, Printer.Ago(c.LastTransition), c.Message]);
        if (condition.Capacity is { } capacity)
        {
            Console.Out.WriteLine();
            Console.Out.WriteLine($"Nodes: {capacity.ReadyNodes} of {condition.Nodes} ready. Pods that no node takes: {capacity.PendingPods}.");
            (string Name, AmountsInfo Amounts)[] rows = [("Allocatable", capacity.Allocatable), ("Requested", capacity.Requested), ("Available", capacity.Available)];
            Printer.Print(result, condition, rows, ["Room", "CPU", "Memory", "Pods"], r => [r.Name, Cpu(r.Amounts), Memory(r.Amounts), r.Amounts.Pods.ToString(CultureInfo.InvariantCulture)]);
        }

        if (transitions.Count > 0)
        {
            Console.Out.WriteLine();
            Printer.Print(result, transitions, transitions.Take(10), ["Change", "When", "From", "To", "Reason", "Message"],
                t => [t.Number.ToString(CultureInfo.InvariantCulture), Printer.Ago(t.At), t.From, t.To, t.Reason, t.Message]);
        }
    }

    public static string? Cpu(AmountsInfo? amounts) => amounts is null ? null : (amounts.CpuMillis / 1000.0).ToString("0.##", CultureInfo.InvariantCulture);

    public static string? Memory(AmountsInfo? amounts) => amounts is null ? null : $"{(amounts.MemoryBytes / (double)(1L << 30)).ToString("0.#", CultureInfo.InvariantCulture)} GiB";

    /// <summary>Of one that is not ready, none: what was measured before says nothing of now.</summary>
    public static string? Latency(ClusterConditionInfo? condition) =>
        condition is { Ready: "True" } && condition.LatencyMilliseconds is { } median ? string.Create(CultureInfo.InvariantCulture, $"{median:0}/{condition.LatencyP95Milliseconds:0} ms") : null;

    /// <summary>What is not well although the cluster is ready.</summary>
    public static string? Warnings(ClusterConditionInfo? condition)
    {
        var warnings = condition?.Conditions.Where(c => c is { Type: "Authorized", Status: "False" } or { Type: "CertificateExpiring", Status: "True" }).Select(c => c.Reason).ToList() ?? [];
        return warnings.Count == 0 ? null : string.Join(",", warnings);
    }
}
