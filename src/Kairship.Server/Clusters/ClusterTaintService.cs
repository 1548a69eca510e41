using Kairship.Api;
using Kairship.Api.Clusters;
using Kairship.Delivery.Failover;
using Kairship.Delivery.Placement;
using Kairship.Fleet.Clusters;
using Kairship.Server.Problems;

namespace Kairship.Server.Clusters;

/// <summary>Taints that people set on clusters.</summary>
internal sealed class ClusterTaintService(ClusterRegistry registry, ClusterHealthBook book, TimeProvider time)
{
    public async Task<Answer<ClusterInfo>> ChangeAsync(string name, ChangeTaintsRequest request, CancellationToken cancellationToken)
    {
        List<ProblemError> errors = [];
        var set = (request.Set ?? []).Select((t, i) => new Taint(t?.Key ?? "", EffectOf(t?.Effect, $"set[{i}].effect", errors) ?? default, t?.Value)).ToList();
        var remove = (request.Remove ?? []).Select((t, i) => new TaintRemoval(t?.Key ?? "", t?.Effect is null ? null : EffectOf(t.Effect, $"remove[{i}].effect", errors))).ToList();
        var change = new TaintChange(set, remove);
        errors.AddRange(change.Problems(ConditionTaints.IsOfCondition).Select(p => new ProblemError(p.Field, p.Message)));
        if (errors.Count > 0)
        {
            return Refusal.Unprocessable("The taints cannot be changed so.", [.. errors.Take(20)]);
        }

        var tooMany = false;
        var record = await registry.ChangeTaintsAsync(
            name,
            before =>
            {
                var after = change.Apply(before, time.GetUtcNow());
                tooMany = after is null;
                return after;
            },
            cancellationToken);
        return record is null ? Refusal.NotFound($"No cluster named '{name}' has joined.")
            : tooMany ? Refusal.Unprocessable($"Cluster {name} would have more than {TaintChange.MostTaints} taints.")
            : ClusterInfos.Of(record, await book.FindAsync(name, cancellationToken), time.GetUtcNow());
    }

    /// <summary>For the audit: what was asked for, as kubectl writes it.</summary>
    public static string Describe(ChangeTaintsRequest request) => string.Join(
        ' ', (request.Set ?? []).Select(t => new TaintInfo(t.Key, t.Value, t.Effect).ToString()).Concat((request.Remove ?? []).Select(t => $"{t.Key}{(t.Effect is null ? "" : $":{t.Effect}")}-")));

    private static TaintEffect? EffectOf(string? text, string field, List<ProblemError> errors)
    {
        // By name only: a number would be parsed, too.
        if (text is { Length: > 0 } && char.IsAsciiLetter(text[0]) && Enum.TryParse<TaintEffect>(text, out var effect) && Enum.IsDefined(effect))
        {
            return effect;
        }

        errors.Add(new ProblemError(field, $"'{text}' is no effect; NoSchedule, NoExecute and PreferNoSchedule are"));
        return null;
    }
}
