using System.Text.RegularExpressions;

namespace Kairship.Delivery.Placement;

/// <summary>What taints are taken away. Without an effect: all of the key.</summary>
public sealed record TaintRemoval(string Key, TaintEffect? Effect = null);

/// <summary>A change of the taints that people set on a cluster: first some go, then some come. One with the key and effect of another replaces it.</summary>
public sealed partial record TaintChange(IReadOnlyList<Taint> Set, IReadOnlyList<TaintRemoval> Remove)
{
    /// <summary>More than anybody reads.</summary>
    public const int MostTaints = 50;

    /// <summary>What is wrong with it: field and message; empty when it can be made.</summary>
    /// <param name="isReserved">Keys that Kairship sets itself.</param>
    public IReadOnlyList<(string Field, string Message)> Problems(Func<string, bool> isReserved)
    {
        var found = new List<(string, string)>();
        for (var i = 0; i < Set.Count; i++)
        {
            Check($"set[{i}].key", Set[i].Key);
            if (!Value().IsMatch(Set[i].Value ?? ""))
            {
                found.Add(($"set[{i}].value", $"'{Set[i].Value}' is no value of a taint: at most 63 letters, digits, '-', '_' and '.', with a letter or digit at both ends"));
            }
        }

        for (var i = 0; i < Remove.Count; i++)
        {
            Check($"remove[{i}].key", Remove[i].Key);
        }

        if (Set.Count + Remove.Count is 0 or > MostTaints * 2)
        {
            found.Add(("set", $"there are {Set.Count + Remove.Count} changes; from 1 to {MostTaints * 2} are taken"));
        }

        return found;

        void Check(string field, string? key)
        {
            if (!Key().IsMatch(key ?? ""))
            {
                found.Add((field, $"'{key}' is no key of a taint: [prefix/]name, as in maintenance or example.com/maintenance"));
            }
            else if (isReserved(key!))
            {
                found.Add((field, $"{key} comes and goes with the cluster's condition; nobody sets or removes it"));
            }
        }
    }

    /// <returns>The taints afterwards, by key and effect; null: there would be more than <see cref="MostTaints"/>.</returns>
    public IReadOnlyList<Taint>? Apply(IReadOnlyList<Taint> before, DateTimeOffset now)
    {
        var kept = before.Where(t => !Remove.Any(r => r.Key == t.Key && (r.Effect is null || r.Effect == t.Effect))).ToDictionary(t => (t.Key, t.Effect));
        foreach (var taint in Set)
        {
            // The time of a taint that stays does not begin anew: tolerations count from it.
            var since = kept.TryGetValue((taint.Key, taint.Effect), out var old) ? old.TimeAdded ?? now : now;
            kept[(taint.Key, taint.Effect)] = taint with { Value = string.IsNullOrEmpty(taint.Value) ? null : taint.Value, TimeAdded = since };
        }

        return kept.Count > MostTaints ? null : [.. kept.Values.OrderBy(t => t.Key, StringComparer.Ordinal).ThenBy(t => t.Effect)];
    }

    [GeneratedRegex("^([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?/)?[A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?\\z", RegexOptions.None, 1000)]
    private static partial Regex Key();

    [GeneratedRegex("^([A-Za-z0-9]([A-Za-z0-9._-]{0,61}[A-Za-z0-9])?)?\\z", RegexOptions.None, 1000)]
    private static partial Regex Value();
}
