using System.Globalization;
using System.Text;

namespace Kairship.Delivery.Placement.Capacity;

/// <summary>What one pod of a workload asks of a node. Two requests with the same <see cref="Shape"/> fit the same nodes equally often.</summary>
public sealed class PodRequest
{
    public PodRequest(NodeAmounts amounts, IReadOnlyDictionary<string, string>? nodeSelector = null, IReadOnlyList<Toleration>? tolerations = null,
        IReadOnlyList<IReadOnlyList<LabelRequirement>>? nodeTerms = null)
    {
        (Amounts, NodeSelector, Tolerations, NodeTerms) = (amounts, nodeSelector ?? new Dictionary<string, string>(), tolerations ?? [], nodeTerms ?? []);
        Extended = (amounts.Extended ?? new Dictionary<string, long>()).Where(e => e.Value > 0).OrderBy(e => e.Key, StringComparer.Ordinal).ToArray();
        Shape = Write();
    }

    public NodeAmounts Amounts { get; }

    /// <summary>Labels that a node must have.</summary>
    public IReadOnlyDictionary<string, string> NodeSelector { get; }
    public IReadOnlyList<Toleration> Tolerations { get; }

    /// <summary>Required node affinity: one of the terms must hold, each with all its requirements (In, NotIn, Exists, DoesNotExist, Gt, Lt). None: any node.</summary>
    public IReadOnlyList<IReadOnlyList<LabelRequirement>> NodeTerms { get; }

    /// <summary>Everything that decides where a pod fits, as one text.</summary>
    public string Shape { get; }

    internal KeyValuePair<string, long>[] Extended { get; }

    /// <summary>It goes wherever there is room.</summary>
    internal bool IsPlain => NodeSelector.Count == 0 && NodeTerms.Count == 0;

    /// <summary>"250m cpu, 64Mi memory", for people.</summary>
    public override string ToString()
    {
        List<string> parts = [];
        if (Amounts.CpuMilli > 0)
        {
            parts.Add($"{Amounts.CpuMilli}m cpu");
        }

        if (Amounts.MemoryBytes > 0)
        {
            parts.Add(Amounts.MemoryBytes % 1048576 == 0 ? $"{Amounts.MemoryBytes / 1048576}Mi memory" : $"{Amounts.MemoryBytes} bytes of memory");
        }

        parts.AddRange(Extended.Select(e => $"{e.Value} {e.Key}"));
        return parts.Count == 0 ? "no requests" : string.Join(", ", parts);
    }

    private string Write()
    {
        var text = new StringBuilder(64).Append(CultureInfo.InvariantCulture, $"{Amounts.CpuMilli}/{Amounts.MemoryBytes}");
        foreach (var (name, amount) in Extended)
        {
            text.Append(CultureInfo.InvariantCulture, $"|{name}={amount}");
        }

        foreach (var (key, value) in NodeSelector.OrderBy(l => l.Key, StringComparer.Ordinal))
        {
            text.Append(CultureInfo.InvariantCulture, $"|l:{key}={value}");
        }

        foreach (var t in Tolerations.Select(t => $"|t:{t.Key}:{t.Operator}:{t.Value}:{t.Effect}").Order(StringComparer.Ordinal))
        {
            text.Append(t);
        }

        foreach (var term in NodeTerms)
        {
            text.Append("|a:").AppendJoin('&', term.Select(r => $"{r.Key} {r.Operator} {string.Join(',', r.Values ?? [])}"));
        }

        return text.ToString();
    }
}
