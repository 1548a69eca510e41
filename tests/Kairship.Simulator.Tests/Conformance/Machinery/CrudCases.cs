namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Create, read, replace, delete.</summary>
public abstract class CrudCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task Create_NewObject_Answers201WithSystemFields()
    {
        var made = await PostAsync(In("configmaps"), """{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"k":"v"}}""");

        made.Code.Should().Be(201);
        made.Uid.Should().MatchRegex("^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$");
        made.ResourceVersion.Should().MatchRegex("^[1-9][0-9]*$");
        ((string?)made.Metadata["creationTimestamp"]).Should().MatchRegex(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$");
        ((string?)made.Metadata["namespace"]).Should().Be(Namespace);
    }

    [Fact]
    public async Task Get_MissingObject_IsNotFound()
    {
        var reply = await GetAsync(In("configmaps/none"));

        reply.ShouldBeStatus(404, "NotFound", "configmaps \"none\" not found");
        reply.Details.ToJsonString().Should().Be("""{"name":"none","kind":"configmaps"}""");
    }
}

public sealed class SimulatedCrud(SimulatedServer server) : CrudCases(server);

public sealed class RealCrud(RealServer server) : CrudCases(server);
