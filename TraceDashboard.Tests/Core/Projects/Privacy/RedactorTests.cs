using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using TraceDashboard.Core.Projects;
using TraceDashboard.Core.Projects.Privacy;
using TraceDashboard.Core.Text;

namespace TraceDashboard.Tests.Core.Projects.Privacy;

public class RedactorTests
{
    private static readonly RedactionSettings s_all = new(RedactionSettings.BuiltInNames, [new CustomRule("employee", "EMP-[0-9]{6}", "[employee]", IgnoreCase: true)]);

    [Theory]
    [InlineData("write to alice.smith+x@mail.example.com, please", "write to [email], please")]
    [InlineData("<bob@example.co.uk>.", "<[email]>.")]
    [InlineData("名前@例え.テスト", "[email]")]
    [InlineData("4111 1111 1111 1111 is a card", "[card] is a card")]
    [InlineData("order 12 4111-1111-1111-1111", "order 12 [card]")]
    [InlineData("378282246310005", "[card]")]
    [InlineData("call +49 (151) 1234-5678 now", "call [phone] now")]
    [InlineData("call (555) 010-9999 or 555-010-9999", "call [phone] or [phone]")]
    [InlineData("key sk-proj-Ab3dEf6hIj9kLm2nOp5q!", "key [api key]!")]
    [InlineData("Authorization: Bearer abcdef0123456789abcdef", "Authorization: [api key]")]
    [InlineData("AKIAIOSFODNN7EXAMPLE ghp_abcdefghijklmnopqrstuvwxyz0123456789", "[api key] [api key]")]
    [InlineData("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9P", "[api key]")]
    [InlineData("emp-123456 and EMP-1234567", "[employee] and [employee]7")]
    public void What_the_rules_find_is_taken_out(string text, string expected) => Assert.Equal(expected, s_all.Try(text).Text);

    [Theory]
    [InlineData("a @ b, @mention, user@host, x@1.2")]
    [InlineData("4111 1111 1111 1112, 1234567890123456, 17640000005000000001, 1764000000500000000")]
    [InlineData("2026-01-31 12:00:00, 1.2.3.4, 192.168.100.200, +1 more, 20 000 000")]
    [InlineData("scikit sk-learn-pipeline-for-classification task-0123456789abcdef0")]
    [InlineData("{\"usage\":{\"input_tokens\":4111,\"at\":\"1764000000500000000\"}}")]
    public void What_only_looks_a_little_like_it_stays(string text)
    {
        var trial = s_all.Try(text);

        Assert.Equal(text, trial.Text);
        Assert.Empty(trial.Found);
    }

    [Theory]
    [InlineData("""{"mail":"a@example.com","n":1,"x":[true,"é \"q\""]}""", """{"mail":"[email]","n":1,"x":[true,"é \"q\""]}""")]
    [InlineData("""{"card": 4111111111111111 }""", """{"card": "[card]" }""")]
    [InlineData("""{"a\u0040example.com":1,"b@example.com":2}""", """{"[email]":1,"[email] 2":2}""")]
    [InlineData("""{"escaped":"a\u0040example.com","line":"x\n4111111111111111"}""", """{"escaped":"[email]","line":"x\n[card]"}""")]
    [InlineData("""{"arguments":"{\"to\":\"a\\u0040example.com\"}"}""", """{"arguments":"{\"to\":\"[email]\"}"}""")]
    [InlineData("""[{"content":"from a@example.com to b@exam""", """[{"content":"from [email] to b@exam""")]
    [InlineData("""[{"content":"a\u0040example.com, and \u00""", """[{"content":"[email], and """)]
    [InlineData("""[INST] tell a@example.com "hello" [/INST]""", """[INST] tell [email] "hello" [/INST]""")]
    public void Json_stays_json_and_hides_nothing_in_its_escapes(string content, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(content);

        Assert.Equal(expected, Encoding.UTF8.GetString(new Redactor(s_all.ToRules()).Apply(bytes)!));
    }

    [Fact]
    public void Content_without_a_match_is_the_same_array_and_costs_no_memory()
    {
        var redactor = new Redactor([.. BuiltInRules.Of(RedactionSettings.BuiltInNames)]);
        var content = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(new { messages = Enumerable.Range(0, 20).Select(i => new { role = "user", content = $"Where is my parcel {i}? It should\nhave come." }) }));
        for (var i = 0; i < 100; i++)
            Assert.Same(content, redactor.Apply(content));

        var before = GC.GetAllocatedBytesForCurrentThread();
        redactor.Apply(content);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300);
    }

    [Fact]
    public void Long_texts_without_spaces_take_linear_time()
    {
        var redactor = new Redactor(s_all.ToRules());
        foreach (var piece in new[] { "A", "eyJ", "sk-", "1-", "a@", "+1", "a.", "4111 " })
        {
            // Quadratic, a million characters would take hours.
            var content = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(piece, 1_000_000 / piece.Length)));
            Assert.NotNull(redactor.Apply(content));
        }
    }

    [Fact]
    public void Random_documents_stay_json_without_any_match()
    {
        string[] secrets = ["a.b@example.com", "4111 1111 1111 1111", "5555555555554444", "+49 151 12345678", "sk-Ab3dEf6hIj9kLm2nOp5q", "EMP-123456", "555-010-9999"];
        string[] fillers = ["", " ", "\"", "\\", "\n", "x", "@", "4", "é", "🙂", "{", "[", "sk-", "+"];
        var rules = s_all.ToRules();
        var redactor = new Redactor(rules);
        for (var seed = 0; seed < 2_000; seed++)
        {
            var random = new Random(seed);
            var json = new JsonArray(Value(3)).ToJsonString(random.Next(2) == 0 ? null : new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
            var redacted = redactor.Apply(Encoding.UTF8.GetBytes(json))!;

            foreach (var text in Texts(JsonNode.Parse(redacted)))
                Assert.False(rules.Any(r => r.Matches(text)), $"seed {seed}: {text} in {Encoding.UTF8.GetString(redacted)} of {json}");
            Assert.Same(redacted, redactor.Apply(redacted));

            // Cut off anywhere, nothing of it that can still be read has a match either.
            var cut = redactor.Apply(Encoding.UTF8.GetBytes(json)[..random.Next(Encoding.UTF8.GetByteCount(json))])!;
            using var readable = JsonText.TryParse(Encoding.UTF8.GetString(cut), out _);
            if (readable is not null)
            {
                foreach (var text in Texts(JsonNode.Parse(readable.RootElement.GetRawText())))
                    Assert.False(rules.Any(r => r.Matches(text)), $"seed {seed}: {text} in {Encoding.UTF8.GetString(cut)} of {json}");
            }

            JsonNode Value(int depth) => random.Next(depth == 0 ? 2 : 5) switch
            {
                0 => JsonValue.Create(Text())!,
                1 => JsonValue.Create(random.Next(3) == 0 ? 5_555_555_555_554_444L : random.NextInt64())!,
                2 => JsonValue.Create(Value(depth - 1).ToJsonString())!, // JSON in a string
                3 => new JsonArray([.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(depth - 1))]),
                _ => new JsonObject(Enumerable.Range(0, random.Next(4)).Select(i => KeyValuePair.Create(Text() + i, (JsonNode?)Value(depth - 1)))),
            };

            string Text() => string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => random.Next(2) == 0 ? secrets[random.Next(secrets.Length)] : fillers[random.Next(fillers.Length)]));
        }
    }

    [Fact]
    public void Pieces_of_a_stream_hide_nothing_whatever_their_size_and_order()
    {
        const string text = "Write to alice.smith@example.com or +49 151 12345678, card 4111 1111 1111 1111, key sk-Ab3dEf6hIj9kLm2nOp5qRs7tUv. Thanks!";
        var redactor = new Redactor(s_all.ToRules());
        for (var seed = 0; seed < 300; seed++)
        {
            var random = new Random(seed);
            var pieces = new List<string>();
            for (var at = 0; at < text.Length;)
            {
                var length = Math.Min(text.Length - at, random.Next(1, 12));
                pieces.Add(text.Substring(at, length));
                at += length;
            }

            // One after the other, as they are stored: each time with those that are there.
            var order = Enumerable.Range(0, pieces.Count).ToArray();
            if (seed % 2 == 1)
                random.Shuffle(order);
            var stored = new SortedList<int, string>();
            foreach (var index in order)
            {
                stored[index] = pieces[index];
                var first = index;
                while (stored.ContainsKey(first - 1))
                    first--;
                var texts = stored.Where(s => s.Key >= first).TakeWhile((s, i) => s.Key == first + i).Select(s => s.Value).ToArray();
                redactor.ApplyToPieces(texts);
                for (var i = 0; i < texts.Length; i++)
                    stored[first + i] = texts[i];
            }

            var joined = string.Concat(stored.Values);
            Assert.False(s_all.ToRules().Any(r => r.Matches(joined)), $"seed {seed}: {joined}");
            foreach (var secret in new[] { "alice.smith@", "@example.com", "1234567", "4111 1111 1111", "sk-Ab", "2nOp5qRs" })
                Assert.False(joined.Contains(secret, StringComparison.Ordinal), $"seed {seed}: {joined}");
            if (seed % 2 == 0)
                Assert.Equal("Write to [email] or [phone], card [card], key [api key]. Thanks!", joined);
        }
    }

    [Fact]
    public void Different_ids_stay_different_and_equal_ones_equal()
    {
        var redactor = new Redactor(s_all.ToRules());

        Assert.Equal("[email-1]", redactor.ApplyToId("a@example.com", _ => "1"));
        Assert.Equal("u_[email-2]!", redactor.ApplyToId("u_[email-2]!", _ => "3"));
        Assert.Equal("u_77", redactor.ApplyToId("u_77", _ => "4"));
    }

    private static IEnumerable<string> Texts(JsonNode? node) => node switch
    {
        JsonObject o => o.SelectMany(m => Texts(m.Value).Prepend(m.Key)),
        JsonArray a => a.SelectMany(Texts),
        JsonValue v when v.TryGetValue<string>(out var text) => Inner(text) ?? [text],
        JsonValue v => [v.ToJsonString()],
        _ => [],
    };

    /// <summary>What a reader sees of JSON in a string; null when it is none.</summary>
    private static List<string>? Inner(string text)
    {
        if (!text.StartsWith('{') && !text.StartsWith('['))
            return null;
        try
        {
            return [.. Texts(JsonNode.Parse(text))];
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
