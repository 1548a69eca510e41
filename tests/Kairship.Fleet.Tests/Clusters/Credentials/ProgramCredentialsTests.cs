using System.Text.Json.Nodes;
using Kairship.Fleet.Clusters;
using Kairship.Fleet.Clusters.Credentials;
using Microsoft.Extensions.Time.Testing;

namespace Kairship.Fleet.Tests.Clusters.Credentials;

[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ProgramCredentialsTests : IDisposable
{
    private const string V1 = "client.authentication.k8s.io/v1";
    private readonly string _folder = Directory.CreateTempSubdirectory("kairship-program-").FullName;
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 6, 1, 12, 0, 0, TimeSpan.Zero));

    private string Runs => Path.Combine(_folder, "runs");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Get_RunsOnce_AndAgainBeforeTheEnd()
    {
        var program = Program(Credential("""{"token":"one","expirationTimestamp":"2026-06-01T13:00:00Z"}"""));
        var all = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => program.GetAsync(default).AsTask()));
        all.Should().OnlyContain(c => c.Authorization == "Bearer one");
        RunCount().Should().Be(1);

        _clock.Advance(TimeSpan.FromMinutes(54));
        await program.GetAsync(default);
        RunCount().Should().Be(1);
        Answer(Credential("""{"token":"two","expirationTimestamp":"2026-06-01T14:00:00Z"}"""));
        _clock.Advance(TimeSpan.FromMinutes(2));
        (await program.GetAsync(default)).Authorization.Should().Be("Bearer two", "five minutes before its end the first is renewed");
        RunCount().Should().Be(2);
    }

    [Fact]
    public async Task Get_WhenTheClusterRefused_RunsAgain_ButNotAtOnce()
    {
        var program = Program(Credential("""{"token":"one"}"""));
        var first = await program.GetAsync(default);
        program.Refused(first).Should().BeFalse("it ran just now");
        _clock.Advance(TimeSpan.FromSeconds(11));
        Answer(Credential("""{"token":"two"}"""));
        program.Refused(first).Should().BeTrue();
        (await program.GetAsync(default)).Authorization.Should().Be("Bearer two");
        RunCount().Should().Be(2);
    }

    [Fact]
    public async Task Get_RequestsThatAreLessPatientThanTheProgramIsSlow_DoNotBeginItAnew()
    {
        Answer(Credential("""{"token":"one"}"""));
        var go = Path.Combine(_folder, "go");
        await WriteAsync($"echo run >> '{Runs}'\nwhile [ ! -e '{go}' ]; do sleep 0.05; done\ncat '{Path.Combine(_folder, "answer")}'");
        var program = new ProgramCredentials("edge", new ProgramCall(V1, Script, [], [], null, null), TimeSpan.FromSeconds(30), TimeProvider.System);
        for (var i = 0; i < 3; i++)
        {
            using var impatient = new CancellationTokenSource(TimeSpan.FromMilliseconds(150), TimeProvider.System);
            await program.Awaiting(p => p.GetAsync(impatient.Token).AsTask()).Should().ThrowAsync<OperationCanceledException>();
        }

        await File.WriteAllTextAsync(go, "");
        (await program.GetAsync(default)).Authorization.Should().Be("Bearer one");
        RunCount().Should().Be(1);
    }

    [Fact]
    public async Task Get_ProgramThatHangsAgain_SaysSoWhileItHangs()
    {
        await WriteAsync($"echo run >> '{Runs}'\nsleep 60");
        var program = new ProgramCredentials("edge", new ProgramCall(V1, Script, [], [], null, null), TimeSpan.FromSeconds(1), _clock);
        var first = program.GetAsync(default).AsTask();
        await FleetUnderTest.UntilAsync(() => RunCount() == 1, "the program");
        _clock.Advance(TimeSpan.FromSeconds(2));
        await first.Awaiting(f => f).Should().ThrowAsync<ClusterException>();
        _clock.Advance(TimeSpan.FromSeconds(11));
        var second = program.GetAsync(default).AsTask();
        await FleetUnderTest.UntilAsync(() => RunCount() == 2, "the program again");
        _clock.Advance(TimeSpan.FromSeconds(3));
        (await second.Awaiting(s => s).Should().ThrowAsync<ClusterException>()).Which.Cause.Should().Be("CredentialProgramFailed");
    }

    [Fact]
    public async Task Get_ProgramThatFailsWhileTheLastIsStillGood_UsesTheLast()
    {
        var program = Program(Credential("""{"token":"one","expirationTimestamp":"2026-06-01T13:00:00Z"}"""));
        await program.GetAsync(default);
        await WriteAsync("exit 1");
        _clock.Advance(TimeSpan.FromMinutes(56));
        (await program.GetAsync(default)).Authorization.Should().Be("Bearer one");
        _clock.Advance(TimeSpan.FromMinutes(5));
        await program.Awaiting(p => p.GetAsync(default).AsTask()).Should().ThrowAsync<ClusterException>();
    }

    [Fact]
    public async Task Get_ClientCertificate_MakesTheConnectionOutdatedWhenRenewed()
    {
        using var ca = new TestCertificates();
        var (certificate, key) = ca.Client(-1, 400);
        var status = new JsonObject { ["clientCertificateData"] = certificate, ["clientKeyData"] = key, ["expirationTimestamp"] = "2026-06-01T13:00:00Z" };
        var program = Program(Credential(status.ToJsonString()));
        var first = await program.GetAsync(default);
        first.Certificate!.HasPrivateKey.Should().BeTrue();
        program.IsOutdated(first.Certificate).Should().BeFalse();
        _clock.Advance(TimeSpan.FromMinutes(56));
        program.IsOutdated(first.Certificate).Should().BeTrue("it is about to end");
        status["expirationTimestamp"] = "2026-06-01T15:00:00Z";
        Answer(Credential(status.ToJsonString()));
        var second = await program.GetAsync(default);
        program.IsOutdated(first.Certificate).Should().BeTrue();
        program.IsOutdated(second.Certificate).Should().BeFalse();
    }

    [Fact]
    public async Task Get_GivesArgumentsEnvironmentAndClusterInfo_WithoutAShell()
    {
        var seen = Path.Combine(_folder, "seen");
        await WriteAsync($$"""
            printf '%s|%s|%s' "$1" "$EXTRA" "$KUBERNETES_EXEC_INFO" > '{{seen}}'
            cat '{{Path.Combine(_folder, "answer")}}'
            """);
        Answer(Credential("""{"token":"one"}"""));
        var call = new ProgramCall(V1, Script, ["$(id); a b"], [new("EXTRA", "`id`")], new JsonObject { ["server"] = "https://east:6443" }, null);
        await new ProgramCredentials("edge", call, TimeSpan.FromSeconds(20), TimeProvider.System).GetAsync(default);

        var parts = (await File.ReadAllTextAsync(seen)).Split('|');
        parts[..2].Should().Equal("$(id); a b", "`id`");
        JsonNode.Parse(parts[2])!.ToJsonString().Should().Be("""{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","spec":{"interactive":false,"cluster":{"server":"https://east:6443"}}}""");
    }

    [Theory]
    [InlineData("exit 3", "exit code 3")]
    [InlineData("sleep 60", "within 1 s")]
    [InlineData("head -c 3000000 /dev/zero", "more than")]
    [InlineData("echo s3cr3t", "cannot be read as")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1beta1","status":{"token":"s3cr3t"}}'""", "no ExecCredential of")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1"}'""", "no status")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{}}'""", "neither a token")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"s3cr3t"}}'""", "only one of")]
    [InlineData("""echo '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"clientCertificateData":"s3cr3t","clientKeyData":"s3cr3t"}}'""", "cannot be read as")]
    public async Task Get_ProgramThatGivesNone_IsNamed_AndWhatItPrintedIsNot(string script, string says)
    {
        await WriteAsync(script);
        var program = new ProgramCredentials("edge", new ProgramCall(V1, Script, [], [], null, "Install it from example.test"), TimeSpan.FromSeconds(says == "within 1 s" ? 1 : 20), TimeProvider.System);
        var failure = (await program.Awaiting(p => p.GetAsync(default).AsTask()).Should().ThrowAsync<ClusterException>()).Which;
        failure.Should().Match<ClusterException>(f => f.Kind == ClusterFailure.CredentialsUnavailable && f.Cause == "CredentialProgramFailed");
        failure.ToString().Should().Contain(says).And.Contain("Install it").And.NotContain("s3cr3t");
        await program.Awaiting(p => p.GetAsync(default).AsTask()).Should().ThrowAsync<ClusterException>("it is not run again for every request");
    }

    [Fact]
    public async Task Get_ProgramThatIsNotThere_SaysSo()
    {
        var program = new ProgramCredentials("edge", new ProgramCall(V1, "/no/such/program", [], [], null, null), TimeSpan.FromSeconds(1), TimeProvider.System);
        (await program.Awaiting(p => p.GetAsync(default).AsTask()).Should().ThrowAsync<ClusterException>()).Which.Message.Should().Contain("cannot be started");
    }

    private string Script => Path.Combine(_folder, "program");

    private static string Credential(string status) => $$"""{"apiVersion":"{{V1}}","kind":"ExecCredential","status":{{status}}}""";

    private ProgramCredentials Program(string answer)
    {
        Answer(answer);
        WriteAsync($"echo run >> '{Runs}'\ncat '{Path.Combine(_folder, "answer")}'").GetAwaiter().GetResult();
        return new ProgramCredentials("edge", new ProgramCall(V1, Script, [], [], null, null), TimeSpan.FromSeconds(30), _clock);
    }

    private void Answer(string text) => File.WriteAllText(Path.Combine(_folder, "answer"), text);

    private async Task WriteAsync(string script)
    {
        await File.WriteAllTextAsync(Script, $"#!/bin/sh\n{script}\n");
        File.SetUnixFileMode(Script, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private int RunCount() => File.Exists(Runs) ? File.ReadAllLines(Runs).Length : 0;
}
