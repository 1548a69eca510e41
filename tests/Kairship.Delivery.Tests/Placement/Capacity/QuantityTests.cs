using Kairship.Delivery.Placement.Capacity;

namespace Kairship.Delivery.Tests.Placement.Capacity;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("250m", 1, 250)]
    [InlineData("1", 1, 1000)]
    [InlineData("1.5", 2, 1500)]
    [InlineData("0.0001", 1, 1)]
    [InlineData("100n", 1, 1)]
    [InlineData("1e3", 1000, 1_000_000)]
    [InlineData("2k", 2000, 2_000_000)]
    [InlineData("64Mi", 67108864, 67108864000)]
    [InlineData("1Gi", 1073741824, 1073741824000)]
    [InlineData("0", 0, 0)]
    public void TryParse_AQuantity_RoundsUp(string text, long units, long milli)
    {
        Quantity.TryParse(text, out var amount).Should().BeTrue();
        Quantity.Units(amount).Should().Be(units);
        Quantity.Milli(amount).Should().Be(milli);
    }

    [Theory]
    [InlineData("")]
    [InlineData("m")]
    [InlineData("1mi")]
    [InlineData("a lot")]
    [InlineData("1e99")]
    [InlineData("9000000Ei")]
    [InlineData("99999999999999999999999999999999999999999999")]
    public void TryParse_SomethingElse_IsRefused(string text) => Quantity.TryParse(text, out _).Should().BeFalse();
}
