using Kairship.Fleet.Clusters;

namespace Kairship.Fleet.Tests.Clusters;

public class KubeconfigTests
{
    private const string Good = """
        apiVersion: v1
        kind: Config
        current-context: east
        clusters:
        - { name: east, cluster: { server: "https://127.0.0.1:6443", insecure-skip-tls-verify: true } }
        contexts:
        - { name: east, context: { cluster: east, user: me } }
        - { name: lost, context: { cluster: gone, user: me } }
        users:
        - { name: me, user: { token: s3cr3t } }
        """;

    public static TheoryData<string, string, string> Unusable => new()
    {
        { "not YAML", "{ [", "not YAML" },
        { "empty", "", "no clusters" },
        { "a text", "hello", "fields of one" },
        { "another document", "apiVersion: v1\nkind: Pod\nmetadata: { name: a }", "kubeconfig" },
        { "alias", Good.Replace("token: s3cr3t", "&a token: *a", StringComparison.Ordinal), "alias" },
        { "deep", new string('[', 100_000), "nested deeper" },
        { "too large", Good + "\n# " + new string('x', 2 << 20), "larger than" },
        { "no current context", Good.Replace("current-context: east", "", StringComparison.Ordinal), "no current-context; name one of: east, lost" },
        { "no such context", Good.Replace("current-context: east", "current-context: west", StringComparison.Ordinal), "no context west; it has: east, lost" },
        { "context without cluster", Good.Replace("current-context: east", "current-context: lost", StringComparison.Ordinal), "refers to cluster gone" },
        { "server that is no URL", Good.Replace("https://127.0.0.1:6443", "127.0.0.1", StringComparison.Ordinal), "no server address" },
        { "server of another scheme", Good.Replace("https://", "file://", StringComparison.Ordinal), "no server address" },
        { "several groups", Good.Replace("token: s3cr3t", "token: s3cr3t, as: root, as-groups: [a, b]", StringComparison.Ordinal), "several as-groups" },
        { "groups of nobody", Good.Replace("token: s3cr3t", "token: s3cr3t, as-groups: [a]", StringComparison.Ordinal), "without as" },
        { "no credentials", Good.Replace("token: s3cr3t", "", StringComparison.Ordinal), "no credentials" },
        { "no such user", Good.Replace("- { name: me,", "- { name: you,", StringComparison.Ordinal), "refers to user me" },
        { "certificate without key", Good.Replace("token: s3cr3t", "client-certificate-data: AAAA", StringComparison.Ordinal), "without its key" },
        { "proxy that is none", Good.Replace("insecure-skip-tls-verify: true", "proxy-url: 'proxy:3128'", StringComparison.Ordinal), "proxy-url" },
        { "certificate that is none", Good.Replace("token: s3cr3t", "client-certificate-data: AAAA, client-key-data: AAAA", StringComparison.Ordinal), "not usable" },
        { "CA that is no base64", Good.Replace("insecure-skip-tls-verify: true", "certificate-authority-data: '%%'", StringComparison.Ordinal), "not usable" },
    };

    public static TheoryData<string> LocalReferences =>
    [
        Good.Replace("insecure-skip-tls-verify: true", "certificate-authority: /etc/passwd", StringComparison.Ordinal),
        Good.Replace("token: s3cr3t", "client-certificate: /a, client-key: /b", StringComparison.Ordinal),
        Good.Replace("token: s3cr3t", "tokenFile: /var/run/token", StringComparison.Ordinal),
        Good.Replace("token: s3cr3t", "exec: { apiVersion: client.authentication.k8s.io/v1, command: /bin/true }", StringComparison.Ordinal),
        Good.Replace("token: s3cr3t", "auth-provider: { name: oidc }", StringComparison.Ordinal),
    ];

    [Theory]
    [MemberData(nameof(Unusable))]
    public async Task Parse_KubeconfigThatIsNotUsable_SaysWhatIsWrong_AndNoSecret(string what, string yaml, string expected)
    {
        var parse = async () =>
        {
            using var connection = await Kubeconfig.Parse(yaml, null, new ClusterOptions()).ConnectAsync("east", 1, new ClusterOptions(), TimeProvider.System, default);
        };
        var thrown = (await parse.Should().ThrowAsync<KubeconfigException>(what)).Which;
        thrown.Message.Should().Contain(expected).And.NotContain("s3cr3t");
        thrown.IsLocalReference.Should().BeFalse();
    }

    [Theory]
    [MemberData(nameof(LocalReferences))]
    public void Parse_KubeconfigThatRefersToThisMachine_IsRefused(string yaml)
    {
        var parse = () => Kubeconfig.Parse(yaml, null, new ClusterOptions());
        parse.Should().Throw<KubeconfigException>().Which.IsLocalReference.Should().BeTrue();
    }

    [Fact]
    public void Parse_NamedContext_IsTaken()
    {
        var kubeconfig = Kubeconfig.Parse(Good.Replace("current-context: east", "", StringComparison.Ordinal), "east", new ClusterOptions());
        kubeconfig.Context.Should().Be("east");
        kubeconfig.Server.Should().Be("https://127.0.0.1:6443");
    }

    [Fact]
    public void Options_OutOfRange_AreRefusedByNameValueAndRange()
    {
        var options = new ClusterOptions { Concurrency = 0 };
        options.Invoking(o => o.Validate()).Should().Throw<ArgumentException>().WithMessage("ClusterOptions.Concurrency is 0; it is from 1 to 200.*");
        new ClusterOptions().Invoking(o => o.Validate()).Should().NotThrow();
    }
}
