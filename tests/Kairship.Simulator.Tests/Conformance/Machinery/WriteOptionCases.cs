namespace Kairship.Simulator.Tests.Conformance.Machinery;

/// <summary>Options of writes: dry runs, field managers, what is done about fields that nobody knows.</summary>
public abstract class WriteOptionCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task DryRun_Create_AnswersItWhole()
    {
        var reply = await PostAsync(In("secrets?dryRun=All"), """{"metadata":{"name":"d"},"stringData":{"k":"v"}}""");

        reply.Code.Should().Be(201);
        reply.Uid.Should().NotBeEmpty();
        reply.Metadata.Should().NotContainKey("resourceVersion");
        reply.Json["data"]!.ToJsonString().Should().Be("""{"k":"dg=="}""");
        ((string?)reply.Json["type"]).Should().Be("Opaque", "defaults are filled in");
        (await GetAsync(In("secrets/d"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task DryRun_CreateWithGenerateName_ReservesNothing()
    {
        var reply = await PostAsync(In("configmaps?dryRun=All"), """{"metadata":{"generateName":"gen-"}}""");

        reply.Name.Should().MatchRegex("^gen-.{5}$");
        (await GetAsync(In($"configmaps/{reply.Name}"))).Code.Should().Be(404);
    }

    [Fact]
    public async Task DryRun_CreateOfWhatExists_IsAlreadyExists()
    {
        await CreateConfigMapAsync("a");

        (await PostAsync(In("configmaps?dryRun=All"), """{"metadata":{"name":"a"}}""")).Reason.Should().Be("AlreadyExists");
    }

    [Fact]
    public async Task DryRun_CreateOfSomethingInvalid_IsInvalid() =>
        (await PostAsync(In("configmaps?dryRun=All"), """{"metadata":{"name":"Bad"}}""")).Code.Should().Be(422);

    [Fact]
    public async Task DryRun_ReplaceAndPatch_ChangeNothing()
    {
        var made = await CreateConfigMapAsync("a");

        var replaced = await PutAsync(In("configmaps/a?dryRun=All"), """{"metadata":{"name":"a"},"data":{"k":"dry"}}""");
        var patched = await SendAsync("PATCH", In("configmaps/a?dryRun=All"), """{"data":{"z":"dry"}}""", "application/merge-patch+json");

        replaced.Json["data"]!.ToJsonString().Should().Be("""{"k":"dry"}""");
        replaced.ResourceVersion.Should().Be(made.ResourceVersion);
        patched.Json["data"]!.ToJsonString().Should().Be("""{"k":"v","z":"dry"}""");
        (await GetAsync(In("configmaps/a"))).Text.Should().Be(made.Text);
    }

    [Theory]
    [InlineData("POST", "configmaps", "CreateOptions")]
    [InlineData("PUT", "configmaps/a", "UpdateOptions")]
    [InlineData("PATCH", "configmaps/a", "PatchOptions")]
    [InlineData("DELETE", "configmaps/a", "DeleteOptions")]
    public async Task DryRun_OfAnotherValue_IsInvalid(string method, string resource, string options)
    {
        await CreateConfigMapAsync("a");

        var reply = await SendAsync(
            method,
            In(resource + "?dryRun=Some"),
            method == "DELETE" ? null : """{"metadata":{"name":"a"}}""",
            method == "PATCH" ? "application/merge-patch+json" : null);

        reply.ShouldBeStatus(422, "Invalid", $"{options}.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: []string{{\"Some\"}}: supported values: \"All\"");
        ((string?)reply.Details["kind"]).Should().Be(options);
    }

    [Fact]
    public async Task FieldManager_TooLongOrUnprintable_IsInvalid()
    {
        await CreateConfigMapAsync("a");

        var tooLong = await PutAsync(In("configmaps/a?fieldManager=" + new string('x', 129)), """{"metadata":{"name":"a"}}""");
        var unprintable = await PutAsync(In("configmaps/a?fieldManager=%07"), """{"metadata":{"name":"a"}}""");

        tooLong.Causes.Should().ContainSingle().Which.Should().MatchRegex("^FieldValueTooLong fieldManager: Too long: .* 128 bytes$");
        unprintable.ShouldBeStatus(422, "Invalid", "UpdateOptions.meta.k8s.io \"\" is invalid: fieldManager: Invalid value: \"\\a\": invalid character U+0007 (at position 0)");
    }

    [Fact]
    public async Task Force_OfAnOrdinaryPatch_IsForbidden()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a?force=true"), "{}"))
            .ShouldBeStatus(422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
    }

    [Fact]
    public async Task FieldValidationStrict_UnknownField_IsRefusedSince125()
    {
        var reply = await PostAsync(In("configmaps?fieldValidation=Strict"), """{"metadata":{"name":"a"},"dta":{"k":"v"}}""");

        if (Since(1, 25))
        {
            reply.ShouldBeStatus(400, "BadRequest", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: unknown field \"dta\"");
        }
        else
        {
            reply.Code.Should().Be(201, "older servers do not know the parameter");
            reply.Json.Should().NotContainKey("dta");
        }
    }

    [Fact]
    public async Task FieldValidationStrict_DuplicateField_IsRefusedSince125()
    {
        var reply = await PostAsync(In("configmaps?fieldValidation=Strict"), """{"metadata":{"name":"a"},"immutable":false,"immutable":true}""");

        if (Since(1, 25))
        {
            reply.ShouldBeStatus(400, "BadRequest", "ConfigMap in version \"v1\" cannot be handled as a ConfigMap: strict decoding error: duplicate field \"immutable\"");
        }
        else
        {
            reply.Code.Should().Be(201);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("?fieldValidation=Warn")]
    public async Task FieldValidationWarn_UnknownField_IsDroppedWithAWarningSince125(string query)
    {
        var reply = await PostAsync(In("configmaps" + query), """{"metadata":{"name":"a","lables":{}},"data":{"k":"v"}}""");

        reply.Code.Should().Be(201);
        reply.Metadata.Should().NotContainKey("lables");
        reply.Warnings.Should().Equal(Since(1, 25) ? ["299 - \"unknown field \\\"metadata.lables\\\"\""] : Array.Empty<string>());
    }

    [Fact]
    public async Task FieldValidationIgnore_UnknownField_IsDroppedSilently()
    {
        var reply = await PostAsync(In("configmaps?fieldValidation=Ignore"), """{"metadata":{"name":"a"},"unknown":1}""");

        reply.Code.Should().Be(201);
        reply.Json.Should().NotContainKey("unknown");
        reply.Warnings.Should().BeEmpty();
    }

    [Fact]
    public async Task FieldValidation_OfAnotherValue_IsInvalidSince125()
    {
        var reply = await PostAsync(In("configmaps?fieldValidation=Nope"), """{"metadata":{"name":"a"}}""");

        if (Since(1, 25))
        {
            reply.ShouldBeStatus(
                422, "Invalid", "CreateOptions.meta.k8s.io \"\" is invalid: fieldValidation: Unsupported value: \"Nope\": supported values: \"\", \"Ignore\", \"Strict\", \"Warn\"");
        }
        else
        {
            reply.Code.Should().Be(201);
        }
    }
}

public sealed class SimulatedWriteOptions(SimulatedServer server) : WriteOptionCases(server);

public sealed class RealWriteOptions(RealServer server) : WriteOptionCases(server);
