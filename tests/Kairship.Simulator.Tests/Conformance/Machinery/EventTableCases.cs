using System.Globalization;

namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>What kubectl get events shows.</summary>
public abstract class EventTableCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Table = "application/json;as=Table;v=v1;g=meta.k8s.io";

    [Theory]
    [InlineData("eventTime", "ffffff", -60, "^(59|6\\d|7\\d)s$")]
    [InlineData("lastTimestamp", "", -60, "^(59|6\\d|7\\d)s$")]
    [InlineData("firstTimestamp", "", -600, "^1[01]m$")]
    public async Task Event_ThatHasOnlyOneOfTheTimes_WasLastSeenThen(string field, string fraction, int seconds, string seen)
    {
        var time = TimeProvider.System.GetUtcNow().AddSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss" + (fraction.Length > 0 ? "." + fraction : "") + "'Z'", CultureInfo.InvariantCulture);
        await CreateAsync(In("events"), $$$"""
            {"metadata":{"name":"e"},"involvedObject":{"kind":"Pod","name":"p","namespace":"{{{Namespace}}}"},"{{{field}}}":"{{{time}}}","reason":"Scheduled","action":"Binding",
             "type":"Normal","message":"m","reportingComponent":"x.io/tests","reportingInstance":"tests-1"}
            """);

        var table = await GetAsync(In("events/e"), Table);

        ((string?)table.Items("rows").Single()["cells"]![0]).Should().MatchRegex(seen);
    }
}

public sealed class SimulatedEventTables(SimulatedServer server) : EventTableCases(server);

public sealed class RealEventTables(RealServer server) : EventTableCases(server);
