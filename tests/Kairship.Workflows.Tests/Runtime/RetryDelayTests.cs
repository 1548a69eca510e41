using FluentAssertions;
using Kairship.Workflows.Definitions;
using Kairship.Workflows.Runtime;

namespace Kairship.Workflows.Tests.Runtime;

public sealed class RetryDelayTests
{
    [Theory]
    [InlineData(BackoffType.Constant, new[] { 2.0, 2, 2, 2 })]
    [InlineData(BackoffType.Linear, new[] { 2.0, 4, 6, 7 })]
    [InlineData(BackoffType.Exponential, new[] { 2.0, 4, 7, 7 })]
    public void After_WithoutJitter_IsTheFormulaUpToTheLongest(BackoffType backoff, double[] seconds)
    {
        var policy = new RetryPolicy { MaxAttempts = 5, Delay = TimeSpan.FromSeconds(2), MaxDelay = TimeSpan.FromSeconds(7), Backoff = backoff, Jitter = false };

        Enumerable.Range(1, 4).Select(n => RetryDelay.After(policy, "i/a/1", n)!.Value.TotalSeconds).Should().Equal(seconds);
        RetryDelay.After(policy, "i/a/1", 5).Should().BeNull("five attempts are all");
    }

    [Theory]
    [InlineData(BackoffType.Constant)]
    [InlineData(BackoffType.Linear)]
    [InlineData(BackoffType.Exponential)]
    public void After_WithJitter_DependsOnExecutionAndAttemptAlone(BackoffType backoff)
    {
        var policy = new RetryPolicy { MaxAttempts = 100, Backoff = backoff };
        var delays = Enumerable.Range(0, 50).Select(i => RetryDelay.After(policy, $"i{i}/a/1", 3)!.Value).ToList();

        delays.Should().Equal(Enumerable.Range(0, 50).Select(i => RetryDelay.After(policy, $"i{i}/a/1", 3)!.Value));
        delays.Distinct().Count().Should().BeGreaterThan(40, "many instances that fail together do not come back together");
        delays.Should().OnlyContain(d => d >= TimeSpan.Zero && d <= policy.MaxDelay);
    }
}
