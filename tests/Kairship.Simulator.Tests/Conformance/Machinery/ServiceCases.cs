namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Services: addresses, node ports, what may change.</summary>
public abstract class ServiceCases(ConformanceServer server) : ConformanceCases(server)
{
    private Task<Reply> CreateServiceAsync(string name, string more = "") =>
        CreateAsync(In("services"), $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":80}]{{{more}}}}}""");

    private Task<Reply> PostServiceAsync(string spec) => PostAsync(In("services"), $$$"""{"metadata":{"name":"x"},"spec":{{{spec}}}}""");

    [Fact]
    public async Task Service_New_GetsAnAddressAndDefaults()
    {
        var spec = (await CreateServiceAsync("a")).Json["spec"]!;

        ((string?)spec["clusterIP"]).Should().MatchRegex(@"^10\.\d+\.\d+\.\d+$");
        spec["clusterIPs"]!.ToJsonString().Should().Be($"[\"{(string?)spec["clusterIP"]}\"]");
        ((string?)spec["type"]).Should().Be("ClusterIP");
        ((string?)spec["sessionAffinity"]).Should().Be("None");
        ShouldBeJson(spec["ports"], """[{"protocol":"TCP","port":80,"targetPort":80}]""");
    }

    [Fact]
    public async Task Service_TwoNew_GetDistinctAddresses() =>
        ((string?)(await CreateServiceAsync("a")).Json["spec"]!["clusterIP"]).Should().NotBe((string?)(await CreateServiceAsync("b")).Json["spec"]!["clusterIP"]);

    [Fact]
    public async Task Service_ManyNewAtTheSameTime_GetDistinctAddresses()
    {
        var made = await Task.WhenAll(Enumerable.Range(0, 16).Select(i => CreateServiceAsync($"a{i}")));

        made.Select(m => (string?)m.Json["spec"]!["clusterIP"]).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public async Task Service_NodePort_GetsAPortOfTheRange()
    {
        var made = await CreateServiceAsync("a", ",\"type\":\"NodePort\"");

        ((int)made.Json["spec"]!["ports"]![0]!["nodePort"]!).Should().BeInRange(30000, 32767);
        ((string?)made.Json["spec"]!["externalTrafficPolicy"]).Should().Be("Cluster");
    }

    [Fact]
    public async Task Service_Headless_HasNoAddress()
    {
        var made = await CreateServiceAsync("a", ",\"clusterIP\":\"None\"");

        ((string?)made.Json["spec"]!["clusterIP"]).Should().Be("None");
        made.Json["spec"]!["clusterIPs"]!.ToJsonString().Should().Be("""["None"]""");
    }

    [Fact]
    public async Task Service_ExternalName_HasNoAddress()
    {
        var made = await CreateAsync(In("services"), """{"metadata":{"name":"a"},"spec":{"type":"ExternalName","externalName":"example.com"}}""");

        made.Json["spec"]!.AsObject().Should().NotContainKey("clusterIP").And.NotContainKey("clusterIPs");
    }

    [Fact]
    public async Task NodePort_Taken_IsRefused()
    {
        var port = (int)(await CreateServiceAsync("a", ",\"type\":\"NodePort\"")).Json["spec"]!["ports"]![0]!["nodePort"]!;

        (await PostServiceAsync($$$"""{"type":"NodePort","ports":[{"port":80,"nodePort":{{{port}}}}]}"""))
            .ShouldBeStatus(422, "Invalid", $"Service \"x\" is invalid: spec.ports[0].nodePort: Invalid value: {port}: provided port is already allocated");
    }

    [Fact]
    public async Task NodePort_OutsideOfTheRange_IsRefused() => (await PostServiceAsync("""{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}""")).ShouldBeStatus(
        422, "Invalid", "Service \"x\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767");

    [Fact]
    public async Task ClusterIp_OutsideOfTheRangeOrTaken_IsRefused()
    {
        var taken = (string)(await CreateServiceAsync("a")).Json["spec"]!["clusterIP"]!;

        var outside = await PostServiceAsync("""{"ports":[{"port":80}],"clusterIP":"1.2.3.4"}""");
        var twice = await PostServiceAsync($$$"""{"ports":[{"port":80}],"clusterIP":"{{{taken}}}"}""");

        outside.Causes.Should().ContainSingle().Which.Should().StartWith("FieldValueInvalid spec.clusterIPs: Invalid value: ").And.Contain("1.2.3.4")
            .And.Contain("provided IP is not in the valid range. The range of valid IPs is 10.");
        twice.Causes.Should().ContainSingle().Which.Should().StartWith("FieldValueInvalid spec.clusterIPs: Invalid value: ").And.Contain(taken)
            .And.EndWith("provided IP is already allocated");
    }

    [Fact]
    public async Task ClusterIp_ThatIsNone_IsRefused() =>
        (await PostServiceAsync("""{"ports":[{"port":80}],"clusterIP":"x"}""")).Causes.Should().ContainSingle()
            .Which.Should().StartWith("FieldValueInvalid spec.clusterIPs[0]: Invalid value: \"x\": must be a valid IP address");

    [Fact]
    public async Task ClusterIp_Changed_IsImmutable()
    {
        var made = await CreateServiceAsync("a");
        var other = ((string)made.Json["spec"]!["clusterIP"]!).EndsWith(".77", StringComparison.Ordinal) ? "10.0.77.78" : "10.0.77.77";

        (await PatchAsync(In("services/a"), $$$"""{"spec":{"clusterIP":"{{{other}}}"}}"""))
            .ShouldBeStatus(422, "Invalid", $"Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value: []string{{\"{other}\"}}: may not change once set");
    }

    [Fact]
    public async Task Type_Changed_TakesAndGivesBackPorts()
    {
        var made = await CreateServiceAsync("a");

        var nodePort = await PatchAsync(In("services/a"), """{"spec":{"type":"NodePort"}}""");
        var clusterIp = await PatchAsync(In("services/a"), """{"spec":{"type":"ClusterIP"}}""");

        ((int)nodePort.Json["spec"]!["ports"]![0]!["nodePort"]!).Should().BeInRange(30000, 32767);
        ((string?)nodePort.Json["spec"]!["clusterIP"]).Should().Be((string?)made.Json["spec"]!["clusterIP"]);
        clusterIp.Json["spec"]!["ports"]![0]!.AsObject().Should().NotContainKey("nodePort");
        clusterIp.Json["spec"]!.AsObject().Should().NotContainKey("externalTrafficPolicy");
    }

    [Fact]
    public async Task Type_ChangedToExternalName_GivesTheAddressBack()
    {
        await CreateServiceAsync("a");

        var reply = await PatchAsync(In("services/a"), """{"spec":{"type":"ExternalName","externalName":"example.com"}}""");

        reply.Code.Should().Be(200);
        reply.Json["spec"]!.AsObject().Should().NotContainKey("clusterIP").And.NotContainKey("clusterIPs");
    }

    [Fact]
    public async Task Replace_WithoutAddress_KeepsItSince123()
    {
        var made = await CreateServiceAsync("a");

        var reply = await PutAsync(In("services/a"), """{"metadata":{"name":"a"},"spec":{"ports":[{"port":81}]}}""");

        if (Since(1, 23))
        {
            ((string?)reply.Json["spec"]?["clusterIP"]).Should().Be((string?)made.Json["spec"]!["clusterIP"], reply.Text);
        }
        else
        {
            reply.Causes.Should().Contain("FieldValueInvalid metadata.resourceVersion: Invalid value: \"\": must be specified for an update");
        }
    }

    [Theory]
    [InlineData("{}", "spec.ports: Required value")]
    [InlineData("""{"type":"ExternalName"}""", "spec.externalName: Required value")]
    [InlineData("""{"ports":[{"port":80},{"port":81}]}""", "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]")]
    [InlineData("""{"ports":[{"port":0}]}""",
        "[spec.ports[0].port: Invalid value: 0: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 0: must be between 1 and 65535, inclusive]")]
    [InlineData("""{"type":"Bad","ports":[{"port":1}]}""",
        "spec.type: Unsupported value: \"Bad\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("""{"sessionAffinity":"Bad","ports":[{"port":1,"protocol":"X"}]}""",
        "[spec.ports[0].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\", "
        + "spec.sessionAffinity: Unsupported value: \"Bad\": supported values: \"ClientIP\", \"None\"]")]
    public async Task Service_ThatIsInvalid_SaysWhy(string spec, string why) => (await PostServiceAsync(spec)).ShouldBeStatus(422, "Invalid", $"Service \"x\" is invalid: {why}");
}

public sealed class SimulatedServices(SimulatedServer server) : ServiceCases(server);

public sealed class RealServices(RealServer server) : ServiceCases(server);
