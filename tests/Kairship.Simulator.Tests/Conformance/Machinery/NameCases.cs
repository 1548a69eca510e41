namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Names, generated names, labels, annotations, references: what is valid and what is said otherwise.</summary>
public abstract class NameCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private const string QualifiedName =
        "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";

    private const string LabelValue =
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
        + "(e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

    private const string DnsLabel =
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character "
        + "(e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";

    private const string ServiceName =
        "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character "
        + "(e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";

    [Theory]
    [InlineData("configmaps", "ConfigMap", "Bad_Name", Subdomain)]
    [InlineData("configmaps", "ConfigMap", "-a", Subdomain)]
    [InlineData("configmaps", "ConfigMap", "a..b", Subdomain)]
    [InlineData("services", "Service", "1x", ServiceName)]
    public async Task Name_ThatIsInvalid_SaysWhichRule(string plural, string kind, string name, string rule)
    {
        var reply = await PostAsync(In(plural), $$$"""{"metadata":{"name":"{{{name}}}"},"spec":{"ports":[{"port":80}]}}""".Replace(plural == "configmaps" ? ",\"spec\":{\"ports\":[{\"port\":80}]}" : "none", "", StringComparison.Ordinal));

        reply.ShouldBeStatus(422, "Invalid", $"{kind} \"{name}\" is invalid: metadata.name: Invalid value: \"{name}\": {rule}");
        ((string?)reply.Details["name"]).Should().Be(name);
        ((string?)reply.Details["kind"]).Should().Be(kind);
        reply.Causes.Should().Equal($"FieldValueInvalid metadata.name: Invalid value: \"{name}\": {rule}");
    }

    [Theory]
    [InlineData("P3b")]
    [InlineData("a.b")]
    public async Task Name_OfANamespace_IsALabel(string name) =>
        (await PostAsync("/api/v1/namespaces", $$$"""{"metadata":{"name":"{{{name}}}"}}"""))
            .ShouldBeStatus(422, "Invalid", $"Namespace \"{name}\" is invalid: metadata.name: Invalid value: \"{name}\": {DnsLabel}");

    [Fact]
    public async Task Name_TooLong_IsInvalid()
    {
        var name = new string('x', 254);

        (await PostAsync(In("configmaps"), $$$"""{"metadata":{"name":"{{{name}}}"}}""")).Causes.Should().ContainSingle()
            .Which.Should().StartWith($"FieldValueInvalid metadata.name: Invalid value: \"{name}\": must be no more than 253 ");
    }

    [Fact]
    public async Task Name_Missing_IsRequired()
    {
        var reply = await PostAsync(In("configmaps"), """{"metadata":{}}""");

        reply.ShouldBeStatus(422, "Invalid", "ConfigMap \"\" is invalid: metadata.name: Required value: name or generateName is required");
        reply.Details.ToJsonString().Should().Be(
            """{"kind":"ConfigMap","causes":[{"reason":"FieldValueRequired","message":"Required value: name or generateName is required","field":"metadata.name"}]}""");
    }

    [Fact]
    public async Task GenerateName_Given_MakesDistinctNames()
    {
        var first = await CreateAsync(In("configmaps"), """{"metadata":{"generateName":"gen-"}}""");
        var second = await CreateAsync(In("configmaps"), """{"metadata":{"generateName":"gen-"}}""");

        first.Name.Should().MatchRegex("^gen-[bcdfghjklmnpqrstvwxz2456789]{5}$").And.NotBe(second.Name);
        ((string?)first.Metadata["generateName"]).Should().Be("gen-");
    }

    [Fact]
    public async Task GenerateName_AndName_TakesTheName() =>
        (await CreateAsync(In("configmaps"), """{"metadata":{"generateName":"gen-","name":"a"}}""")).Name.Should().Be("a");

    [Fact]
    public async Task GenerateName_Long_IsCut()
    {
        var prefix = new string('x', 70);

        (await CreateAsync(In("configmaps"), $$$"""{"metadata":{"generateName":"{{{prefix}}}"}}""")).Name.Should().HaveLength(63).And.StartWith(prefix[..58]);
    }

    [Fact]
    public async Task GenerateName_Invalid_IsNamedBesideTheName()
    {
        var reply = await PostAsync(In("configmaps"), """{"metadata":{"generateName":"Gen_"}}""");

        reply.Code.Should().Be(422);
        reply.Causes[0].Should().Be($"FieldValueInvalid metadata.generateName: Invalid value: \"Gen_\": {Subdomain}");
        reply.Causes[1].Should().StartWith("FieldValueInvalid metadata.name: Invalid value: \"Gen_");
        reply.Message.Should().StartWith($"ConfigMap \"{(string?)reply.Details["name"]}\" is invalid: [metadata.generateName: ").And.EndWith("]");
    }

    [Theory]
    [InlineData("""{"bad key":"v"}""", "bad key", QualifiedName)]
    [InlineData("""{"k":"bad value"}""", "bad value", LabelValue)]
    public async Task Label_ThatIsInvalid_SaysWhichRule(string labels, string value, string rule) =>
        (await PostAsync(In("configmaps"), $$$"""{"metadata":{"name":"a","labels":{{{labels}}}}}"""))
            .ShouldBeStatus(422, "Invalid", $"ConfigMap \"a\" is invalid: metadata.labels: Invalid value: \"{value}\": {rule}");

    [Fact]
    public async Task Annotation_WithAnInvalidKey_IsRefused() =>
        (await PostAsync(In("configmaps"), """{"metadata":{"name":"a","annotations":{"bad key":"any value"}}}"""))
            .ShouldBeStatus(422, "Invalid", $"ConfigMap \"a\" is invalid: metadata.annotations: Invalid value: \"bad key\": {QualifiedName}");

    [Fact]
    public async Task Annotations_TooLarge_AreRefused()
    {
        var reply = await PostAsync(In("configmaps"), $$$$"""{"metadata":{"name":"a","annotations":{"k":"{{{{new string('v', 262145)}}}}"}}}""");

        reply.Causes.Should().ContainSingle().Which.Should().MatchRegex("^FieldValueTooLong metadata.annotations: Too long: .* 262144 bytes$");
    }

    [Fact]
    public async Task Finalizer_Unqualified_IsRefused() =>
        (await PostAsync(In("configmaps"), """{"metadata":{"name":"a","finalizers":["bad"]}}""")).ShouldBeStatus(
            422, "Invalid", "ConfigMap \"a\" is invalid: metadata.finalizers[0]: Invalid value: \"bad\": name is neither a standard finalizer name nor is it fully qualified");

    [Fact]
    public async Task OwnerReference_Incomplete_SaysWhatIsMissing() =>
        (await PostAsync(In("configmaps"), """{"metadata":{"name":"a","ownerReferences":[{"kind":"X"}]}}""")).Causes.Should().Equal(
            "FieldValueInvalid metadata.ownerReferences.apiVersion: Invalid value: \"\": version must not be empty",
            "FieldValueInvalid metadata.ownerReferences.name: Invalid value: \"\": name must not be empty",
            "FieldValueInvalid metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty");

    [Fact]
    public async Task OwnerReferences_TwoControllers_AreRefused()
    {
        var reply = await PostAsync(In("configmaps"), """
            {"metadata":{"name":"a","ownerReferences":[
              {"apiVersion":"v1","kind":"A","name":"x","uid":"u","controller":true},{"apiVersion":"v1","kind":"B","name":"y","uid":"w","controller":true}]}}
            """);

        reply.Code.Should().Be(422);
        reply.Message.Should().StartWith("ConfigMap \"a\" is invalid: metadata.ownerReferences: Invalid value: ")
            .And.EndWith("Only one reference can have Controller set to true. Found \"true\" in references for x and y");
    }
}

public sealed class SimulatedNames(SimulatedServer server) : NameCases(server);

public sealed class RealNames(RealServer server) : NameCases(server);
