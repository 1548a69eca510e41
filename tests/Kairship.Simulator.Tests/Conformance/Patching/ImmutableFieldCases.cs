namespace Kairship.Simulator.Tests.Conformance.Patching;

/// <summary>What may not change once it is there, and how a server says so.</summary>
public abstract class ImmutableFieldCases(ConformanceServer server) : ConformanceCases(server)
{
    private const string Pod = """{"metadata":{"labels":{"app":"x"}},"spec":{"nodeSelector":{"no":"no"},"containers":[{"name":"c","image":"i:1"}]}}""";
    private const string Other = """{"spec":{"selector":{"matchLabels":{"app":"y"}},"template":{"metadata":{"labels":{"app":"y"}}}}}""";

    [Theory]
    [InlineData("deployments", "Deployment")]
    [InlineData("replicasets", "ReplicaSet")]
    [InlineData("daemonsets", "DaemonSet")]
    public async Task Selector_OfAWorkload_IsImmutable(string plural, string kind)
    {
        await CreateAsync(In("apps/v1", plural), $$$"""{"metadata":{"name":"w"},"spec":{"selector":{"matchLabels":{"app":"x"}},"template":{{{Pod}}}}}""");

        (await PatchAsync(In("apps/v1", plural + "/w"), Other)).ShouldBeStatus(422, "Invalid",
            $"{kind}.apps \"w\" is invalid: spec.selector: Invalid value: v1.LabelSelector{{MatchLabels:map[string]string{{\"app\":\"y\"}}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}}: field is immutable");
    }

    [Fact]
    public async Task Selector_ThatTheTemplateDoesNotCarry_IsInvalidToo()
    {
        await CreateAsync(In("apps/v1", "deployments"), $$$"""{"metadata":{"name":"w"},"spec":{"replicas":0,"selector":{"matchLabels":{"app":"x"}},"template":{{{Pod}}}}}""");
        var path = In("apps/v1", "deployments/w");

        var reply = await PatchAsync(path, """{"spec":{"selector":{"matchLabels":{"app":"y"}}}}""");
        reply.Code.Should().Be(422);
        reply.Causes.Should().Equal(
            "FieldValueInvalid spec.template.metadata.labels: Invalid value: map[string]string{\"app\":\"x\"}: `selector` does not match template `labels`",
            "FieldValueInvalid spec.selector: Invalid value: v1.LabelSelector{MatchLabels:map[string]string{\"app\":\"y\"}, MatchExpressions:[]v1.LabelSelectorRequirement(nil)}: field is immutable");
        (await PatchAsync(path, """{"spec":{"selector":null}}""")).Causes.Should().Contain("FieldValueRequired spec.selector: Required value")
            .And.Contain("FieldValueInvalid spec.selector: Invalid value: \"null\": field is immutable");
    }

    [Theory]
    [InlineData("""{"spec":{"serviceName":"t"}}""")]
    [InlineData("""{"spec":{"podManagementPolicy":"Parallel"}}""")]
    [InlineData(Other)]
    public async Task StatefulSet_ForbiddenField_NamesThoseThatMayChange(string patch)
    {
        await CreateAsync(In("apps/v1", "statefulsets"), $$$"""{"metadata":{"name":"w"},"spec":{"replicas":0,"serviceName":"s","selector":{"matchLabels":{"app":"x"}},"template":{{{Pod}}}}}""");
        var path = In("apps/v1", "statefulsets/w");

        var reply = await PatchAsync(path, patch);

        (reply.Code, reply.Reason).Should().Be((422, "Invalid"));
        reply.Message.Should().StartWith("StatefulSet.apps \"w\" is invalid: spec: Forbidden: updates to statefulset spec for fields other than 'replicas', ").And.EndWith(" are forbidden");
        (await PatchAsync(path, """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""", "strategic")).Code.Should().Be(200);
    }

    [Fact]
    public async Task Job_TemplateSelectorAndCompletions_AreImmutable()
    {
        await CreateAsync(In("batch/v1", "jobs"), """{"metadata":{"name":"j"},"spec":{"parallelism":0,"template":{"spec":{"restartPolicy":"Never","containers":[{"name":"c","image":"i:1"}]}}}}""");
        var path = In("batch/v1", "jobs/j");

        var template = await PatchAsync(path, """{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"i:2"}]}}}}""", "strategic");
        template.Code.Should().Be(422);
        template.Causes.Should().ContainSingle().Which.Should().StartWith("FieldValueInvalid spec.template: Invalid value: ").And.EndWith(": field is immutable");
        (await PatchAsync(path, """{"spec":{"completions":5}}""")).ShouldBeStatus(
            422, "Invalid", "Job.batch \"j\" is invalid: spec.completions: Invalid value: 5: field is immutable");
        (await PatchAsync(path, """{"spec":{"selector":{"matchLabels":{"a":"b"}}}}""")).Causes.Should().Contain(c => c.StartsWith("FieldValueInvalid spec.selector: ") && c.EndsWith(": field is immutable"));
        (await PatchAsync(path, """{"spec":{"parallelism":0,"backoffLimit":3}}""")).Code.Should().Be(200);
    }

    [Fact]
    public async Task Job_ThatRestartsAlways_IsInvalid() =>
        (await PostAsync(In("batch/v1", "jobs"), """{"metadata":{"name":"j"},"spec":{"template":{"spec":{"restartPolicy":"Always","containers":[{"name":"c","image":"i:1"}]}}}}"""))
            .ShouldBeStatus(422, "Invalid", "Job.batch \"j\" is invalid: spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\"");

    [Theory]
    [InlineData("""{"spec":{"clusterIP":"10.0.0.77"}}""", "spec.clusterIPs[0]: Invalid value: []string{\"10.0.0.77\"}: may not change once set")]
    [InlineData("""{"spec":{"clusterIP":"None","clusterIPs":["None"]}}""", "spec.clusterIPs[0]: Invalid value: []string{\"None\"}: may not change once set")]
    [InlineData("""{"spec":{"type":"Frob"}}""", "spec.type: Unsupported value: \"Frob\": supported values: \"ClusterIP\", \"ExternalName\", \"LoadBalancer\", \"NodePort\"")]
    [InlineData("""{"spec":{"type":"ExternalName","clusterIP":null,"clusterIPs":null}}""", "spec.externalName: Required value")]
    [InlineData("""{"spec":{"ports":null}}""", "spec.ports: Required value")]
    [InlineData("""{"spec":{"type":"NodePort","ports":[{"port":80,"nodePort":80}]}}""", "spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767")]
    public async Task Service_Change_IsRefused(string patch, string what)
    {
        await CreateAsync(In("services"), """{"metadata":{"name":"s"},"spec":{"selector":{"a":"b"},"ports":[{"port":80}]}}""");

        (await PatchAsync(In("services/s"), patch)).ShouldBeStatus(422, "Invalid", $"Service \"s\" is invalid: {what}");
    }

    [Theory]
    [InlineData("""{"spec":{"storageClassName":"x"}}""")]
    [InlineData("""{"spec":{"accessModes":["ReadOnlyMany"]}}""")]
    public async Task Claim_Spec_IsImmutable(string patch)
    {
        // A claim for a class that nobody serves stays unbound.
        await CreateAsync(In("persistentvolumeclaims"), """{"metadata":{"name":"p"},"spec":{"storageClassName":"none","accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1Gi"}}}}""");

        var reply = await PatchAsync(In("persistentvolumeclaims/p"), patch);

        (reply.Code, reply.Reason).Should().Be((422, "Invalid"));
        reply.Causes.Should().ContainSingle().Which.Should().StartWith("FieldValueForbidden spec: Forbidden: spec is immutable after creation except resources.requests");
    }

    [Fact]
    public async Task Claim_WithoutModesAndSize_IsInvalid() =>
        (await PostAsync(In("persistentvolumeclaims"), """{"metadata":{"name":"p"},"spec":{}}""")).ShouldBeStatus(
            422, "Invalid", "PersistentVolumeClaim \"p\" is invalid: [spec.accessModes: Required value: at least 1 access mode is required, spec.resources[storage]: Required value]");

    [Fact]
    public async Task Pod_Update_TakesImagesAndMoreTolerationsOnly()
    {
        const string Waiting = """{"metadata":{"name":"p"},"spec":{"nodeSelector":{"no":"no"},"tolerations":[{"key":"a","operator":"Exists"}],"containers":[{"name":"c","image":"i:1"}]}}""";
        // Before 1.24 a service account has no token at first, and pods are refused until it has.
        await UntilAsync(() => PostAsync(In("pods"), Waiting), r => r.Code == 201);
        var path = In("pods/p");

        (await PatchAsync(path, """{"spec":{"containers":[{"name":"c","image":"i:2"}]}}""", "strategic")).Code.Should().Be(200);
        var env = await PatchAsync(path, """{"spec":{"containers":[{"name":"c","env":[{"name":"a","value":"b"}]}]}}""", "strategic");
        env.Code.Should().Be(422);
        env.Message.Should().StartWith("Pod \"p\" is invalid: spec: Forbidden: pod updates may not change fields other than `spec.containers[*].image`,");
        (await PatchAsync(path, """{"spec":{"containers":[{"name":"d","image":"i:2"}]}}""", "strategic")).ShouldBeStatus(
            422, "Invalid", "Pod \"p\" is invalid: spec.containers: Forbidden: pod updates may not add or remove containers");
        (await PatchAsync(path, """[{"op":"add","path":"/spec/tolerations/-","value":{"key":"q","operator":"Exists"}}]""", "json")).Code.Should().Be(200);
        (await PatchAsync(path, """{"spec":{"tolerations":[]}}""")).ShouldBeStatus(
            422, "Invalid", "Pod \"p\" is invalid: spec.tolerations: Forbidden: existing toleration can not be modified except its tolerationSeconds");
        (await PatchAsync(path, """{"spec":{"activeDeadlineSeconds":50}}""")).Code.Should().Be(200);
        (await PatchAsync(path, """{"spec":{"activeDeadlineSeconds":60}}""")).ShouldBeStatus(
            422, "Invalid", "Pod \"p\" is invalid: spec.activeDeadlineSeconds: Invalid value: 60: must be less than or equal to previous value");
    }

    [Fact]
    public async Task ImmutableConfigMap_TakesLabelsOnly()
    {
        await CreateAsync(In("configmaps"), """{"metadata":{"name":"c"},"immutable":true,"data":{"a":"b"}}""");
        var path = In("configmaps/c");

        (await PatchAsync(path, """{"data":{"a":"c"}}""")).ShouldBeStatus(422, "Invalid", "ConfigMap \"c\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
        (await PatchAsync(path, """{"immutable":false}""")).ShouldBeStatus(422, "Invalid", "ConfigMap \"c\" is invalid: immutable: Forbidden: field is immutable when `immutable` is set");
        (await PatchAsync(path, """{"metadata":{"labels":{"a":"c"}}}""")).Code.Should().Be(200);
    }

    [Fact]
    public async Task Secret_TypeIsImmutable_DataIsBase64()
    {
        await CreateAsync(In("secrets"), """{"metadata":{"name":"s"},"type":"Opaque","data":{"a":"YQ=="}}""");
        var path = In("secrets/s");

        (await PatchAsync(path, """{"type":"x/y"}""")).ShouldBeStatus(422, "Invalid", "Secret \"s\" is invalid: type: Invalid value: \"x/y\": field is immutable");
        (await PatchAsync(path, """{"stringData":{"z":"y"}}""")).Json["data"]!["z"]!.GetValue<string>().Should().Be("eQ==");
        var wrong = await PatchAsync(path, """{"data":{"a":"%%"}}""");
        (wrong.Code, wrong.Reason).Should().Be((422, "Invalid"));
        wrong.Message.Should().StartWith(" \"\" is invalid: patch: Invalid value: ");
        (await PostAsync(In("secrets"), """{"metadata":{"name":"t"},"type":"kubernetes.io/tls","data":{}}""")).ShouldBeStatus(
            422, "Invalid", "Secret \"t\" is invalid: [data[tls.crt]: Required value, data[tls.key]: Required value]");
    }

    [Fact]
    public async Task RoleBinding_Role_CannotChange()
    {
        const string Bindings = "rolebindings";
        await CreateAsync(In("rbac.authorization.k8s.io/v1", Bindings), """{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"a"}}""");

        (await PatchAsync(In("rbac.authorization.k8s.io/v1", Bindings + "/b"), """{"roleRef":{"name":"z"}}""")).ShouldBeStatus(422, "Invalid",
            "RoleBinding.rbac.authorization.k8s.io \"b\" is invalid: roleRef: Invalid value: rbac.RoleRef{APIGroup:\"rbac.authorization.k8s.io\", Kind:\"Role\", Name:\"z\"}: cannot change roleRef");
    }
}

public sealed class SimulatedImmutableFields(SimulatedServer server) : ImmutableFieldCases(server);

public sealed class RealImmutableFields(RealServer server) : ImmutableFieldCases(server);
