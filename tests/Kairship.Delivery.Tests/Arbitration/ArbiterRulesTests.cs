using Kairship.Delivery.Arbitration;

namespace Kairship.Delivery.Tests.Arbitration;

public sealed class ArbiterRulesTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly ArbiterLease Held = new("shop", "shop-7", ArbiterPurpose.Release, 4, Now.AddMinutes(-5));

    [Fact]
    public void Claim_Free_IsGrantedWithAGreaterEpoch()
    {
        ArbiterRules.Claim("shop", null, "shop-1", ArbiterPurpose.Release, Now)
            .Should().Be(new ArbiterClaim.Granted(new ArbiterLease("shop", "shop-1", ArbiterPurpose.Release, 1, Now)));
        ArbiterRules.Claim("shop", null, "shop-1", ArbiterPurpose.Release, Now, lastEpoch: 9)
            .Should().BeOfType<ArbiterClaim.Granted>().Which.Lease.Epoch.Should().Be(10);
    }

    [Fact]
    public void Claim_BySameHolder_GivesTheSameLease() =>
        ArbiterRules.Claim("shop", Held, "shop-7", ArbiterPurpose.Release, Now).Should().Be(new ArbiterClaim.Granted(Held));

    [Theory]
    [InlineData(ArbiterPurpose.Scale, false)]
    [InlineData(ArbiterPurpose.Release, false)]
    [InlineData(ArbiterPurpose.Failback, true)]
    [InlineData(ArbiterPurpose.Failover, true)]
    public void Claim_Held_OnlyAHigherPurposePreempts(ArbiterPurpose purpose, bool granted)
    {
        var claim = ArbiterRules.Claim("shop", Held, "other", purpose, Now);

        if (granted)
        {
            claim.Should().Be(new ArbiterClaim.Granted(new ArbiterLease("shop", "other", purpose, 5, Now), Held));
        }
        else
        {
            claim.Should().BeOfType<ArbiterClaim.Refused>().Which.Reason.Should().Contain("held by shop-7 (Release)");
        }
    }
}
