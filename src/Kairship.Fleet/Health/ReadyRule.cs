namespace Kairship.Fleet.Health;

/// <summary>What must be remembered between looks for <see cref="ReadyRule"/>.</summary>
/// <param name="Condition">The readiness that counts.</param>
/// <param name="DiffersSince">Since when every look found something else than the condition says; null: the last look agreed.</param>
/// <param name="HasAnswered">The cluster was found Ready at least once since it joined.</param>
/// <param name="JoinedAt">When it joined: the startup grace runs from there.</param>
public sealed record ReadyState(ClusterCondition? Condition, DateTimeOffset? DiffersSince, bool HasAnswered, DateTimeOffset JoinedAt)
{
    /// <summary>How many looks in a row, up to the last one, found something else than the condition says.</summary>
    public int Differing { get; init; }

    /// <summary>A cluster that counts as Ready was not found so: it should be looked at again soon.</summary>
    public bool IsSuspected => Differing > 0 && Condition?.Status == ConditionStatus.True;

    public static ReadyState New(DateTimeOffset joinedAt) => new(null, null, false, joinedAt);
}

/// <summary>When what looks find becomes what counts: only when it lasts. One bad look is no outage and one good look no recovery.</summary>
public static class ReadyRule
{
    public const string Starting = "Starting";

    /// <param name="began">When the look began; null: it took no time. What it found was so from then on: the wait for answers that never came counts.</param>
    /// <returns>The state after this look; its condition has another status than before exactly when the readiness changed.</returns>
    public static ReadyState Next(ReadyState state, ConditionReading seen, DateTimeOffset now, HealthOptions options, DateTimeOffset? began = null)
    {
        var good = seen.Status == ConditionStatus.True;
        if (!state.HasAnswered)
        {
            if (good)
            {
                return Agreed(state, seen, now) with { HasAnswered = true };
            }

            var starting = new ConditionReading(ClusterCondition.Ready, ConditionStatus.Unknown, Starting, $"It has not been ready yet since it joined: {seen.Message}");
            return state with { Condition = ClusterCondition.Next(state.Condition, now - state.JoinedAt < options.StartupGrace ? starting : seen, now) };
        }

        if (state.Condition is not { } known || known.Status == seen.Status)
        {
            return Agreed(state, seen, now);
        }

        // From False to Unknown and back counts as well, but a cluster that fails now in this way and now in that is failing all the while.
        var since = state.DiffersSince ?? began ?? now;
        var differing = state.Differing + 1;
        var lasts = good || known.Status != ConditionStatus.True
            ? now - since >= options.SuccessThreshold
            : now - since >= options.FailureThreshold && differing >= options.FailureLooks;
        return lasts ? Agreed(state, seen, now) : state with { DiffersSince = since, Differing = differing };
    }

    private static ReadyState Agreed(ReadyState state, ConditionReading seen, DateTimeOffset now) =>
        state with { Condition = ClusterCondition.Next(state.Condition, seen, now), DiffersSince = null, Differing = 0 };
}
