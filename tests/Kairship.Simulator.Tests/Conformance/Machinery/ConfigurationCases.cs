namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>ConfigMaps and Secrets.</summary>
public abstract class ConfigurationCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Key =
        "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";

    [Fact]
    public async Task StringData_OfASecret_WinsAndIsNotKept()
    {
        var made = await CreateAsync(In("secrets"), """{"metadata":{"name":"s"},"stringData":{"x":"y"},"data":{"x":"AAAA","z":"AAAA"}}""");

        ShouldBeJson(made.Json["data"], """{"x":"eQ==","z":"AAAA"}""");
        made.Json.Should().NotContainKey("stringData");
        ((string?)made.Json["type"]).Should().Be("Opaque");
        ShouldBeJson((await PatchAsync(In("secrets/s"), """{"stringData":{"q":"r"}}""")).Json["data"], """{"q":"cg==","x":"eQ==","z":"AAAA"}""");
    }

    [Fact]
    public async Task Secret_TypeChanged_IsImmutable()
    {
        await CreateAsync(In("secrets"), """{"metadata":{"name":"s"}}""");

        (await PatchAsync(In("secrets/s"), """{"type":"other"}""")).ShouldBeStatus(422, "Invalid", "Secret \"s\" is invalid: type: Invalid value: \"other\": field is immutable");
    }

    [Fact]
    public async Task Secret_DataThatIsNotBase64_IsRefused()
    {
        var reply = await PostAsync(In("secrets"), """{"metadata":{"name":"s"},"data":{"x":"not base64!"}}""");

        reply.Code.Should().Be(400);
        reply.Reason.Should().Be("BadRequest");
        reply.Message.Should().StartWith("Secret in version \"v1\" cannot be handled as a Secret: ").And.Contain("illegal base64 data at input byte 3");
    }

    [Theory]
    [InlineData("kubernetes.io/tls", "tls.crt", "FieldValueRequired data[tls.key]: Required value")]
    [InlineData("kubernetes.io/tls", "tls.key", "FieldValueRequired data[tls.crt]: Required value")]
    [InlineData("kubernetes.io/dockerconfigjson", "other", "FieldValueRequired data[.dockerconfigjson]: Required value")]
    [InlineData("kubernetes.io/ssh-auth", "other", "FieldValueRequired data[ssh-privatekey]: Required value")]
    public async Task Secret_OfAType_NeedsItsKeys(string type, string key, string cause)
    {
        var reply = await PostAsync(In("secrets"), $$$"""{"metadata":{"name":"s"},"type":"{{{type}}}","data":{"{{{key}}}":"AAAA"}}""");

        reply.Code.Should().Be(422);
        // Older servers write data[%s][ssh-privatekey].
        reply.Causes.Select(c => c.Replace("[%s]", "", StringComparison.Ordinal)).Should().Equal(cause);
    }

    [Theory]
    [InlineData("secrets", "Secret")]
    [InlineData("configmaps", "ConfigMap")]
    public async Task Immutable_Set_ForbidsChangesOfData(string plural, string kind)
    {
        await CreateAsync(In(plural), """{"metadata":{"name":"i"},"immutable":true,"data":{"a":"AAAA"}}""");

        (await PatchAsync(In(plural + "/i"), """{"data":{"a":"BBBB"}}"""))
            .ShouldBeStatus(422, "Invalid", $"{kind} \"i\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
        foreach (var value in (string[])["false", "null"])
        {
            (await PatchAsync(In(plural + "/i"), $$$"""{"immutable":{{{value}}}}"""))
                .ShouldBeStatus(422, "Invalid", $"{kind} \"i\" is invalid: immutable: Forbidden: field is immutable when `immutable` is set");
        }

        (await PatchAsync(In(plural + "/i"), """{"metadata":{"labels":{"l":"1"}}}""")).Code.Should().Be(200, "labels are not data");
        (await DeleteAsync(In(plural + "/i"))).Code.Should().Be(200);
    }

    [Fact]
    public async Task Immutable_OfAConfigMap_ForbidsBinaryDataToo()
    {
        await CreateAsync(In("configmaps"), """{"metadata":{"name":"i"},"immutable":true}""");

        (await PatchAsync(In("configmaps/i"), """{"binaryData":{"a":"AAAA"}}"""))
            .ShouldBeStatus(422, "Invalid", "ConfigMap \"i\" is invalid: binaryData: Forbidden: field is immutable when `immutable` is set");
    }

    [Theory]
    [InlineData("configmaps", "ConfigMap", """{"a b":"AAAA"}""", "data[a b]: Invalid value: \"a b\": " + Key)]
    [InlineData("secrets", "Secret", """{"a b":"AAAA"}""", "data[a b]: Invalid value: \"a b\": " + Key)]
    [InlineData("configmaps", "ConfigMap", """{"..":"c"}""", "data[..]: Invalid value: \"..\": must not be '..'")]
    [InlineData("configmaps", "ConfigMap", """{".":"c"}""", "data[.]: Invalid value: \".\": must not be '.'")]
    public async Task Key_ThatIsInvalid_SaysWhichRule(string plural, string kind, string data, string why) =>
        (await PostAsync(In(plural), $$$"""{"metadata":{"name":"k"},"data":{{{data}}}}""")).ShouldBeStatus(422, "Invalid", $"{kind} \"k\" is invalid: {why}");

    [Fact]
    public async Task Key_InDataAndBinaryData_IsADuplicate() => (await PostAsync(In("configmaps"), """{"metadata":{"name":"k"},"data":{"a":"c"},"binaryData":{"a":"AAAA"}}"""))
        .ShouldBeStatus(422, "Invalid", "ConfigMap \"k\" is invalid: data[a]: Invalid value: \"a\": duplicate of key present in binaryData");

    [Fact]
    public async Task ConfigMap_TooLarge_IsRefused()
    {
        var reply = await PostAsync(In("configmaps"), $$$"""{"metadata":{"name":"k"},"data":{"a":"{{{new string('c', 1048577)}}}"}}""");

        reply.Code.Should().Be(422);
        reply.Causes.Should().ContainSingle().Which.Should().StartWith("FieldValueTooLong").And.EndWith("1048576 bytes");
    }
}

public sealed class SimulatedConfiguration(SimulatedServer server) : ConfigurationCases(server);

public sealed class RealConfiguration(RealServer server) : ConfigurationCases(server);
