using Kairship.Server.Elsa.Instances;
using Kairship.Workflows.Storage;

namespace Kairship.Server.Tests.Elsa.Instances;

public sealed class ElsaStatusTests
{
    [Theory]
    [InlineData("Pending", "Running", "Pending")]
    [InlineData("Executing", "Running", "Executing")]
    [InlineData("Suspended", "Running", "Suspended")]
    [InlineData("Paused", "Running", "Suspended")]
    [InlineData("Finished", "Finished", "Finished")]
    [InlineData("Cancelled", "Finished", "Cancelled")]
    [InlineData("Faulted", "Finished", "Faulted")]
    public void Status_ReadsAs_ElsasTwoWords(string ours, string status, string subStatus)
    {
        var instance = Enum.Parse<InstanceStatus>(ours);

        ElsaStatus.Of(instance, isQuarantined: false).Should().Be(new ElsaStatus(status, subStatus));
        ElsaStatus.Of(instance, isQuarantined: true).Should().Be(new ElsaStatus("Running", "Interrupted"), "whatever it was: nobody goes on with it");
        ElsaStatus.Ours([status], [subStatus]).Should().Contain(instance);
    }

    [Fact]
    public void EveryStatus_HasItsWords() => Enum.GetValues<InstanceStatus>().Should().OnlyContain(s => ElsaStatus.Of(s, false).Status.Length > 0);

    [Theory]
    [InlineData(null, null, 7, true)]
    [InlineData("Running", null, 4, true)]
    [InlineData("Finished", null, 3, false)]
    [InlineData("Running", "Suspended", 2, false)]
    [InlineData("Finished", "Suspended", 0, false)]
    [InlineData(null, "Interrupted", 0, true)]
    [InlineData("Finished", "Interrupted", 0, false)]
    public void Words_AreLookedUpAs(string? status, string? subStatus, int ours, bool takesQuarantined)
    {
        string[]? statuses = status is null ? null : [status];
        string[]? subs = subStatus is null ? null : [subStatus];

        ElsaStatus.Ours(statuses, subs).Should().HaveCount(ours);
        ElsaStatus.TakesQuarantined(statuses, subs).Should().Be(takesQuarantined);
    }
}
