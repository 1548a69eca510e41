using CsCheck;
using Kairship.Delivery.Applications;

namespace Kairship.Delivery.Tests.Applications;

public sealed class GoDurationTests
{
    [Theory]
    [InlineData("10s", 10_000)]
    [InlineData("1h30m", 5_400_000)]
    [InlineData("1.5h", 5_400_000)]
    [InlineData("500ms", 500)]
    [InlineData("2m0.5s", 120_500)]
    [InlineData("0", 0)]
    [InlineData("-1s", -1_000)]
    [InlineData("1500us", 1.5)]
    public void TryParse_GoDuration_IsRead(string text, double milliseconds)
    {
        GoDuration.TryParse(text, out var duration).Should().BeTrue();
        duration.Should().Be(TimeSpan.FromMilliseconds(milliseconds));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("10")]
    [InlineData("s")]
    [InlineData("1d")]
    [InlineData("1 s")]
    [InlineData("1.2.3s")]
    [InlineData("--1s")]
    [InlineData("99999999h")]
    [InlineData(".s")]
    public void TryParse_SomethingElse_IsNot(string? text) => GoDuration.TryParse(text, out _).Should().BeFalse();

    [Fact]
    public void Format_ReadBack_IsExact() => Gen.Long[-TimeSpan.TicksPerDay, TimeSpan.TicksPerDay * 3000].Select(TimeSpan.FromTicks)
        .Sample(duration => GoDuration.TryParse(GoDuration.Format(duration), out var back) && back == duration);

    [Theory]
    [InlineData(5400, "1h30m")]
    [InlineData(10, "10s")]
    [InlineData(1.5, "1.5s")]
    [InlineData(0, "0s")]
    public void Format_IsShort(double seconds, string text) => GoDuration.Format(TimeSpan.FromSeconds(seconds)).Should().Be(text);
}
