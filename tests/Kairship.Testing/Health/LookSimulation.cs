using Kairship.Fleet.Health;

namespace Kairship.Testing.Health;

/// <summary>
/// Looks at one cluster, simulated on a time line: three questions a look, each asked again as <see cref="HealthOptions"/> say, and Kairship's own <see cref="ReadyRule"/>. Whether a request gets an
/// answer is up to the caller.
/// </summary>
/// <param name="isLost">Of a request that goes out at a time.</param>
/// <param name="isSilent">True: what is lost is never heard of again. False: it is refused at once.</param>
public sealed class LookSimulation(HealthOptions options, Func<DateTimeOffset, bool> isLost, bool isSilent, Random random)
{
    private const int Questions = 3;
    private static readonly TimeSpan Latency = TimeSpan.FromMilliseconds(20);

    public int Looks { get; private set; }

    public int FailedLooks { get; private set; }

    public int Requests { get; private set; }

    /// <summary>Every change of the readiness of a cluster that was ready at the start.</summary>
    public IEnumerable<ClusterCondition> Run(DateTimeOffset start, TimeSpan duration)
    {
        var ready = new ClusterCondition(ClusterCondition.Ready, ConditionStatus.True, "Ready", "", start);
        var state = new ReadyState(ready, null, true, start);
        for (var now = start + (Pause() * random.NextDouble()); now < start + duration;)
        {
            var (good, end) = Look(now);
            var seen = good ? new ConditionReading(ClusterCondition.Ready, ConditionStatus.True, "Ready", "") : new ConditionReading(ClusterCondition.Ready, ConditionStatus.Unknown, "Timeout", "");
            var next = ReadyRule.Next(state, seen, end, options, now);
            var changed = next.Condition!.Status != state.Condition!.Status;
            state = next;
            if (changed)
            {
                yield return next.Condition;
            }

            now = end + (state.IsSuspected && options.Recheck < options.Interval ? options.Recheck : Pause());
        }
    }

    private TimeSpan Pause() => options.Interval * (1 + (0.2 * random.NextDouble()));

    private (bool Good, DateTimeOffset End) Look(DateTimeOffset now)
    {
        Looks++;
        var times = Math.Max(1, (int)Math.Ceiling(options.LookTimeout / options.AskAgain));
        var (good, end) = (true, now);
        for (var question = 0; question < Questions; question++)
        {
            var (answered, at) = (false, now);
            for (var time = 0; time < times && !answered; time++)
            {
                Requests++;
                var asked = now + (options.AskAgain * time);
                answered = !isLost(asked);
                at = answered ? asked + Latency : isSilent ? now + options.LookTimeout : asked;
            }

            good &= answered;
            end = at > end ? at : end;
        }

        FailedLooks += good ? 0 : 1;
        return (good, end);
    }
}
