using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kairship.Storage;

namespace Kairship.Benchmarks.Engine;

/// <summary>Runs a part of a benchmark in a process of its own, whose memory and whose start are its own. It answers with one line of JSON.</summary>
internal static class ChildProcess
{
    public const string Verb = "engine-child";

    public static async Task<JsonObject> RunAsync(string what, int count, StorageOptions database)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { UseShellExecute = false, RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ChildProcess).Assembly.Location);
        }

        foreach (var argument in (string[])[Verb, what, count.ToString(), database.Provider.ToString(), database.ConnectionString])
        {
            start.ArgumentList.Add(argument);
        }

        using var process = Process.Start(start) ?? throw new InvalidOperationException("The child process did not start.");
        var answer = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0
            ? JsonNode.Parse(answer)!.AsObject()
            : throw new InvalidOperationException($"The child process ended with {process.ExitCode}.");
    }

    public static async Task<int> AnswerAsync(string[] args)
    {
        if (args is not [var what, var countText, var provider, var connectionString] || !int.TryParse(countText, out var count))
        {
            return 2;
        }

        var database = new StorageOptions { Provider = Enum.Parse<StorageProvider>(provider), ConnectionString = connectionString };
        var answer = what == FootprintBenchmark.Child
            ? await FootprintBenchmark.AnswerAsync(database, count)
            : await RestartBenchmark.AnswerAsync(database, count);
        Console.Out.WriteLine(JsonSerializer.Serialize(answer));
        return 0;
    }
}
