using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Health;

/// <summary>
/// One question to a cluster, asked until somebody answers it well: again and again while the look lasts, each time over a connection of its own, and all of them may still answer. What is lost on
/// the way does not fail a look; what answers slowly does not, either.
/// </summary>
internal static class HedgedQuestion
{
    /// <param name="ask">Asks for the n-th time, from 0.</param>
    /// <param name="every">The pause before it is asked once more; a failure does not shorten it: what is refused now may be taken a moment later.</param>
    /// <param name="limit">How long all of it may take.</param>
    /// <returns>The first answer that settles it (below 500 and not 429), or the last one when the time is over.</returns>
    /// <exception cref="ClusterException">Nobody answered, and why; or asking again is useless (a certificate that is wrong).</exception>
    public static async Task<ClusterAnswer> AskAsync(
        string cluster, Func<int, CancellationToken, Task<ClusterAnswer>> ask, TimeSpan every, TimeSpan limit, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var end = Task.Delay(limit, clock, over.Token);
        var times = Math.Max(1, (int)Math.Ceiling(limit / every));
        var asked = new List<Task<ClusterAnswer>>(1) { ask(0, over.Token) };
        var pause = times > 1 ? Task.Delay(every, clock, over.Token) : end;
        var (count, last) = (1, default(Task<ClusterAnswer>));
        try
        {
            while (asked.Count > 0 || count < times)
            {
                var first = await Task.WhenAny([.. asked, pause, end]);
                if (asked.Find(a => a == first) is { } answer)
                {
                    asked.Remove(answer);
                    last = answer;
                    if (IsSettled(answer))
                    {
                        return await answer;
                    }
                }
                else if (first == end)
                {
                    // Where nobody came to run for long, answers that were in time are found together with the end.
                    last = asked.Find(a => a.IsCompleted && IsSettled(a)) ?? asked.FindLast(a => a.IsCompleted) ?? last;
                    break;
                }
                else
                {
                    pause = ++count < times ? Task.Delay(every, clock, over.Token) : end;
                    asked.Add(ask(count - 1, over.Token));
                }
            }

            cancellationToken.ThrowIfCancellationRequested();
            return last is not null ? await last : throw new ClusterException(ClusterFailure.Timeout, cluster, $"no answer within {limit.TotalSeconds:0.##} s");
        }
        finally
        {
            await over.CancelAsync();
        }
    }

    private static bool IsSettled(Task<ClusterAnswer> answer) => answer.Status switch
    {
        TaskStatus.RanToCompletion => answer.Result.Status is < 500 and not 429,
        TaskStatus.Faulted => answer.Exception!.InnerException is not ClusterException { Kind: ClusterFailure.Unreachable or ClusterFailure.Timeout },
        _ => true,
    };
}
