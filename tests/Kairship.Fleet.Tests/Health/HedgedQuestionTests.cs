using System.Collections.Concurrent;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Health;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Fleet.Tests.Health;

public class HedgedQuestionTests
{
    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(750);
    private int asked;

    // What the first, second, ... asking gets: a status, R refused, S silence, C a certificate that is wrong. What comes out stands behind it.
    [Theory]
    [InlineData("200", "200", 1)]
    [InlineData("S 200", "200", 2)]
    [InlineData("R 200", "200", 2)]
    [InlineData("500 503 200", "200", 3)]
    [InlineData("429 200", "200", 2)]
    [InlineData("401", "401", 1)]
    [InlineData("C", "CertificateInvalid", 1)]
    [InlineData("500 500 500 500 503", "503", 5)]
    [InlineData("R R R R R", "Unreachable", 5)]
    [InlineData("S S S S S", "Timeout", 5)]
    [InlineData("S R S R S", "Unreachable", 5)]
    public async Task Question_ByTable(string answers, string expected, int times)
    {
        var told = await ToldAsync(answers.Split(' '));

        told.Should().Be(expected);
        asked.Should().Be(times);
    }

    [Fact]
    public async Task Question_WhoseAskerGivesUp_IsGivenUp()
    {
        using var given = new CancellationTokenSource();
        var answer = HedgedQuestion.AskAsync("east", (_, token) => SilenceAsync(token), Every, TimeSpan.FromMinutes(1), TimeProvider.System, given.Token);
        await given.CancelAsync();

        await FluentActions.Awaiting(() => answer).Should().ThrowAsync<OperationCanceledException>();
    }

    /// <summary>The end and the answers come while nobody has time to look: the end is seen first, and the answers are there.</summary>
    [Theory]
    [InlineData("S 200", "200")]
    [InlineData("503 200", "200")]
    [InlineData("200 503", "200")]
    [InlineData("S 503", "503")]
    [InlineData("S R", "Unreachable")]
    public async Task Answers_FoundTogetherWithTheEnd_Count(string answers, string expected)
    {
        var clock = new FakeTimeProvider();
        var pending = new[] { new TaskCompletionSource<ClusterAnswer>(), new TaskCompletionSource<ClusterAnswer>() };
        var busy = new BusyContext();
        var told = busy.Run(() => ToldAsync(HedgedQuestion.AskAsync("east", (time, _) => pending[time].Task, Every, Every * 2, clock, TestContext.Current.CancellationToken)));
        clock.Advance(Every);
        await FleetUnderTest.UntilAsync(() => busy.GoOn() > 0, "asking again");
        clock.Advance(Every);
        foreach (var (source, answer) in pending.Zip(answers.Split(' ')).Where(p => p.Second != "S"))
        {
            source.SetFromTask(AnswerAsync(answer, CancellationToken.None));
        }

        await FleetUnderTest.UntilAsync(() => busy.GoOn() >= 0 && told.IsCompleted, "an answer");
        (await told).Should().Be(expected);
    }

    private static async Task<string> ToldAsync(Task<ClusterAnswer> answer)
    {
        try
        {
            return (await answer).Status.ToString();
        }
        catch (ClusterException e)
        {
            return e.Kind.ToString();
        }
    }

    private async Task<string> ToldAsync(string[] answers)
    {
        try
        {
            var clock = new FakeTimeProvider();
            var answer = HedgedQuestion.AskAsync("east", (time, token) => AnswerAsync(answers[time], token), Every, Every * 5, clock, TestContext.Current.CancellationToken);
            for (var pauses = 1; !answer.IsCompleted; pauses++)
            {
                clock.Advance(Every);
                await FleetUnderTest.UntilAsync(() => answer.IsCompleted || (asked > pauses && pauses < 5), $"asking {pauses + 1}");
            }

            return (await answer).Status.ToString();
        }
        catch (ClusterException e)
        {
            return e.Kind.ToString();
        }
    }

    private Task<ClusterAnswer> AnswerAsync(string answer, CancellationToken cancellationToken)
    {
        asked++;
        return answer switch
        {
            "S" => SilenceAsync(cancellationToken),
            "R" => Task.FromException<ClusterAnswer>(new ClusterException(ClusterFailure.Unreachable, "east", "refused")),
            "C" => Task.FromException<ClusterAnswer>(new ClusterException(ClusterFailure.CertificateInvalid, "east", "wrong")),
            _ => Task.FromResult(new ClusterAnswer(int.Parse(answer), [], null)),
        };
    }

    private static async Task<ClusterAnswer> SilenceAsync(CancellationToken cancellationToken)
    {
        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, cancellationToken);
        throw new InvalidOperationException("Silence ends only by giving up.");
    }

    /// <summary>What is awaited in it goes on only when told to.</summary>
    private sealed class BusyContext : SynchronizationContext
    {
        private readonly ConcurrentQueue<(SendOrPostCallback Call, object? State)> posted = new();

        public override void Post(SendOrPostCallback d, object? state) => posted.Enqueue((d, state));

        public int GoOn()
        {
            var ran = 0;
            for (; posted.TryDequeue(out var next); ran++)
            {
                Run(() =>
                {
                    next.Call(next.State);
                    return ran;
                });
            }

            return ran;
        }

        public T Run<T>(Func<T> what)
        {
            var before = Current;
            SetSynchronizationContext(this);
            try
            {
                return what();
            }
            finally
            {
                SetSynchronizationContext(before);
            }
        }
    }
}
