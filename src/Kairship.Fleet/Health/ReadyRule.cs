namespace Kairship.Fleet.Health;

/// <summary>What must be remembered between looks for <see cref="ReadyRule"/>.</summary>
/// <param name="Condition">The readiness that counts.</param>
/// <param name="DiffersSince">Since when every look found something else than the condition says; null: the last look agreed.</param>
/// <param name="HasAnswered">The cluster was found Ready at least once since it joined.</param>
/// <param name="JoinedAt">When it joined: the startup grace runs from there.</param>
public sealed record ReadyState(ClusterCondition? Condition, DateTimeOffset? DiffersSince, bool HasAnswered, DateTimeOffset JoinedAt)
{
    public static ReadyState New(DateTimeOffset joinedAt) => new(null, null, false, joinedAt);
}

/// <summary>When what looks find becomes what counts: only when it lasts. One bad look is no outage and one good look no recovery.</summary>
public static class ReadyRule
{
    public const string Starting = "Starting";

    /// <returns>The state after this look; its condition has another status than before exactly when the readiness changed.</returns>
    public static ReadyState Next(ReadyState state, ConditionReading seen, DateTimeOffset now, HealthOptions options)
    {
        var good = seen.Status == ConditionStatus.True;
        if (!state.HasAnswered)
        {
            if (good)
            {
                return state with { Condition = ClusterCondition.Next(state.Condition, seen, now), DiffersSince = null, HasAnswered = true };
            }

            if (now - state.JoinedAt < options.StartupGrace)
            {
                var starting = new ConditionReading(ClusterCondition.Ready, ConditionStatus.Unknown, Starting, $"It has not been ready yet since it joined: {seen.Message}");
                return state with { Condition = ClusterCondition.Next(state.Condition, starting, now) };
            }

            return state with { Condition = ClusterCondition.Next(state.Condition, seen, now) };
        }

        if (state.Condition is not { } known || known.Status == seen.Status)
        {
            return state with { Condition = ClusterCondition.Next(state.Condition, seen, now), DiffersSince = null };
        }

        // From False to Unknown and back counts as well, but a cluster that fails now in this way and now in that is failing all the while.
        var since = state.DiffersSince ?? now;
        var threshold = good ? options.SuccessThreshold : options.FailureThreshold;
        return now - since >= threshold
            ? state with { Condition = ClusterCondition.Next(known, seen, now), DiffersSince = null }
            : state with { DiffersSince = since };
    }
}
