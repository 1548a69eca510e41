using Kairship.EndToEnd.Tests.Processes;
using Kairship.Server.Hosting;

namespace Kairship.EndToEnd.Tests.CommandLine;

/// <summary>What people get who type something wrong, or have no server. None of this needs one.</summary>
public sealed class UsageTests : IDisposable
{
    private readonly TempFolder _folder = new("usage");

    public static TheoryData<string, string> WrongUsages => new()
    {
        { "bogus", "'bogus'" },
        { "cluster", "join, list, show, taint, cordon, uncordon, confirm-fenced, return, rbac, remove" },
        { "cluster bogus", "'bogus'" },
        { "cluster join", "--kubeconfig" },
        { "cluster join east", "--kubeconfig" },
        { "cluster join east --in-cluster --kubeconfig here.yaml", "--in-cluster" },
        { "cluster join east --kubeconfig no-such-file", "no-such-file" },
        { "cluster join east --kubeconfig here.yaml --label tier", "name=value" },
        { "apply", "--file" },
        { "apply -f", "-f" },
        { "apply -f no-such-file", "no-such-file" },
        { "plan", "plan" },
        { "app", "delete" },
        { "app delete shop", "--yes" },
        { "plan shop --source no-such-file", "no-such-file" },
        { "plan shop --source .", ".yaml" },
        { "plan shop --source here.yaml --image web=v2", "exclude" },
        { "release shop --image web", "name=value" },
        { "release shop --wiat", "'--wiat'" },
        { "history", "history" },
        { "history shop --take many", "whole number" },
        { "history shop --output xml", "'json'" },
        { "status", "status" },
        { "approve", "approve" },
        { "report show", "show" },
        { "drill run --timeout soon", "90s, 1h30m or 00:05:00" },
        { "drill run --timeout 00:00:00", "from 10s to 2h" },
        { "drill run --timeout 3h", "from 10s to 2h" },
        { "drill run --real", "--cluster" },
        { "scale shop", "--replicas" },
        { "scale shop --replicas 99999999999999", "99999999999999" },
        { "abort", "abort" },
        { "workflows show", "show" },
        { "workflows show canary --version first", "whole number" },
        { "history shop --server nonsense", "nonsense" },
        { "serve --simulate 500", "--simulate" },
        { "serve --urls nonsense", "Urls" },
        { "serve --workflows no-such-folder", "Workflows" },
        { "serve --database somewhere", "Database" },
        { "serve --settings no-such-file", "Settings" },
        { "sim", "up, fault, heal, list" },
        { "sim up --clusters 0", "--clusters" },
        { "sim up --node-memory much", "32Gi" },
        { "sim fault east", "fault" },
        { "sim fault east fire", "'unreachable'" },
        { "sim fault east slow --delay soon", "500ms" },
        { "sim fault east slow --image shop", "bad-image, crash-loop, unready" },
        { "sim fault east bad-image", "--image" },
        { "sim fault east node-down", "--node" },
        { "sim fault east flaky --kind 418", "'503'" },
        { "events publish built --data {} --payload built.json", "--payload" },
    };

    public static TheoryData<string> Commands =>
    [
        "", "demo", "serve", "sim", "sim up", "sim fault", "sim heal", "sim list", "cluster", "cluster join", "cluster list", "cluster show", "cluster remove", "apply", "app", "app delete", "plan", "release", "history", "releases",
        "status", "approvals", "approve", "reject", "pause", "resume", "abort", "rollback", "workflows", "workflows list", "workflows push", "workflows show", "instances",
        "instances list", "instances show", "instances cancel", "instances retry",
    ];

    [Theory]
    [MemberData(nameof(WrongUsages))]
    public async Task WrongUsage_IsToldInOneLine_AndEndsWith2(string arguments, string word)
    {
        _folder.Write("here.yaml", "kind: ConfigMap");
        Directory.CreateDirectory(_folder.Sub("empty"));
        var words = arguments.Replace("--source .", "--source empty", StringComparison.Ordinal).Split(' ');

        var result = await new CommandRunner(_folder).RunAsync(words);

        result.Refuses(2, word).Out.Should().BeEmpty();
        result.Error.TrimEnd().Should().NotContain("\n", "one line is enough");
    }

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_OfEveryCommand_HasExamples(string command)
    {
        var words = command.Split(' ', StringSplitOptions.RemoveEmptyEntries);

        var help = (await new CommandRunner(_folder).RunAsync([.. words, "--help"])).Ends(0).Out;

        help.Should().Contain("Usage:").And.Contain("Example").And.Contain($"kairship {command}".TrimEnd());
        foreach (var below in Commands.Select(c => c.Data).Where(c => c.StartsWith($"{command} ", StringComparison.Ordinal)))
        {
            help.Should().Contain(below[(command.Length + 1)..]);
        }
    }

    [Fact]
    public async Task ServerThatIsNotThere_IsToldInOneLine_AndEndsWith1()
    {
        var nowhere = new CommandRunner(_folder, new Uri($"http://127.0.0.1:{FreePorts.Take(1)[0]}"), "ks_a_b");

        foreach (var command in (string[])["releases", "status shop", "approve shop-1", "cluster list", "workflows list"])
        {
            (await nowhere.RunAsync(command.Split(' '))).Refuses(1, "cannot be reached", "kairship serve");
        }
    }

    [Fact]
    public async Task NoArguments_ShowTheHelp() => (await new CommandRunner(_folder).RunAsync()).Ends(0).Out.Should().Contain("kairship demo");

    [Fact]
    public async Task Version_IsPrinted() => (await new CommandRunner(_folder).RunAsync("--version")).Ends(0).Out.Should().MatchRegex(@"^\d+\.\d+\.\d+");

    public void Dispose() => _folder.Dispose();
}
