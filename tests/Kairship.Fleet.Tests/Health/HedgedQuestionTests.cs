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
}
