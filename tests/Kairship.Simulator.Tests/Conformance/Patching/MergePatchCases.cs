namespace Kairship.Simulator.Tests.Conformance.Patching;

/// <summary>application/merge-patch+json, and what holds for every type of patch.</summary>
public abstract class MergePatchCases(ConformanceServer server) : ConformanceCases(server)
{
    [Fact]
    public async Task MergePatch_Null_RemovesTheField()
    {
        await CreateConfigMapAsync("a", "\"labels\":{\"x\":\"1\",\"y\":\"2\"}");

        var reply = await PatchAsync(In("configmaps/a"), """{"metadata":{"labels":{"x":null,"z":"3"}},"data":null}""");

        reply.Metadata["labels"]!.ToJsonString().Should().Be("""{"y":"2","z":"3"}""");
        reply.Json.ContainsKey("data").Should().BeFalse();
    }

    [Fact]
    public async Task MergePatch_List_ReplacesIt()
    {
        await CreateAsync(In("services"), """{"metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"name":"x","port":80},{"name":"y","port":81}]}}""");

        var reply = await PatchAsync(In("services/s"), """{"spec":{"ports":[{"port":90}]}}""");

        reply.Json["spec"]!["ports"]!.AsArray().Should().ContainSingle().Which!["port"]!.GetValue<int>().Should().Be(90);
    }

    [Theory]
    [InlineData("""{"data":{"k":1}}""")]
    [InlineData("""{"data":"x"}""")]
    [InlineData("""{"kind":"Pod"}""")]
    [InlineData("""{"apiVersion":"v2"}""")]
    [InlineData("[]")]
    public async Task MergePatch_ThatMakesNoConfigMap_IsInvalidAtThePatch(string patch)
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), patch);

        (reply.Code, reply.Reason).Should().Be((422, "Invalid"), reply.Text);
        reply.Message.Should().StartWith(" \"\" is invalid: patch: Invalid value: ");
    }

    [Theory]
    [InlineData("""{"metadata":{"name":"z"}}""", "the name of the object (z) does not match the name on the URL (a)")]
    [InlineData("""{"metadata":{"namespace":"z"}}""", "the namespace of the object (z) does not match the namespace on the request (NS)")]
    public async Task MergePatch_OfTheName_IsABadRequest(string patch, string message)
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), patch)).ShouldBeStatus(400, "BadRequest", message.Replace("NS", Namespace, StringComparison.Ordinal));
    }

    [Fact]
    public async Task MergePatch_OfTheUid_IsInvalid()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), """{"metadata":{"uid":"z"}}""")).ShouldBeStatus(
            422, "Invalid", "ConfigMap \"a\" is invalid: metadata.uid: Invalid value: \"z\": field is immutable");
    }

    [Theory]
    [InlineData("""{"metadata":{"finalizers":["abc"]}}""", "metadata.finalizers[0]: Invalid value: \"abc\": name is neither a standard finalizer name nor is it fully qualified")]
    [InlineData("""{"metadata":{"ownerReferences":[{"apiVersion":"v1","kind":"Pod","name":"x"}]}}""", "metadata.ownerReferences.uid: Invalid value: \"\": uid must not be empty")]
    [InlineData("""{"data":{"a b":"1"}}""", "data[a b]: Invalid value: \"a b\": a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or 'key-name', regex used for validation is '[-._a-zA-Z0-9]+')")]
    public async Task MergePatch_ToSomethingInvalid_SaysWhere(string patch, string what)
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a"), patch)).ShouldBeStatus(422, "Invalid", $"ConfigMap \"a\" is invalid: {what}");
    }

    [Fact]
    public async Task MergePatch_OfWhatOnlyTheServerWrites_IsIgnored()
    {
        var before = await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), """{"metadata":{"creationTimestamp":"2001-01-01T00:00:00Z"}}""");

        reply.Code.Should().Be(200);
        reply.Metadata["creationTimestamp"]!.GetValue<string>().Should().Be(before.Metadata["creationTimestamp"]!.GetValue<string>());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    public async Task Patch_OfAnotherMediaType_IsUnsupported(string media)
    {
        await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a"), "{}", media);

        (reply.Code, reply.Reason).Should().Be((415, "UnsupportedMediaType"));
    }

    [Fact]
    public async Task Patch_OptionsThatDoNotExist_AreInvalid()
    {
        await CreateConfigMapAsync("a");

        (await PatchAsync(In("configmaps/a?force=true"), "{}")).ShouldBeStatus(
            422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: force: Forbidden: may not be specified for non-apply patch");
        (await PatchAsync(In("configmaps/a?dryRun=Some"), "{}")).ShouldBeStatus(
            422, "Invalid", "PatchOptions.meta.k8s.io \"\" is invalid: dryRun: Unsupported value: []string{\"Some\"}: supported values: \"All\"");
        (await PatchAsync(In("configmaps/a?fieldManager=" + new string('x', 129)), "{}")).Message.Should().StartWith(
            "PatchOptions.meta.k8s.io \"\" is invalid: fieldManager: Too long: ");
    }

    [Fact]
    public async Task Patch_OfACollection_IsNotAllowed() =>
        (await PatchAsync(In("configmaps"), "{}")).ShouldBeStatus(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");

    [Fact]
    public async Task Patch_DryRun_AnswersAndKeepsNothing()
    {
        var before = await CreateConfigMapAsync("a");

        var reply = await PatchAsync(In("configmaps/a?dryRun=All"), """{"data":{"k":"w"}}""");

        reply.Json["data"]!["k"]!.GetValue<string>().Should().Be("w");
        var after = await GetAsync(In("configmaps/a"));
        (after.Json["data"]!["k"]!.GetValue<string>(), after.ResourceVersion).Should().Be(("v", before.ResourceVersion));
    }
}

public sealed class SimulatedMergePatches(SimulatedServer server) : MergePatchCases(server);

public sealed class RealMergePatches(RealServer server) : MergePatchCases(server);
