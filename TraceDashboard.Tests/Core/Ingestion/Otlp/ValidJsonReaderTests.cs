using System.Text;
using System.Text.Json;
using TraceDashboard.Core.Ingestion.Otlp;

namespace TraceDashboard.Tests.Core.Ingestion.Otlp;

public class ValidJsonReaderTests
{
    [Fact]
    public void Tokens_are_those_of_the_framework()
    {
        var random = new Random(11);
        for (var i = 0; i < 2_000; i++)
        {
            var json = Encoding.UTF8.GetBytes(Space(random) + Value(random, 5) + Space(random));
            var expected = new Utf8JsonReader(json);
            var actual = new ValidJsonReader(json);
            while (expected.Read())
            {
                Assert.True(actual.Read());
                AssertSame(expected, actual, json);
                if (random.Next(8) != 0)
                    continue;
                expected.Skip();
                actual.Skip();
                AssertSame(expected, actual, json);
            }

            Assert.False(actual.Read());
        }
    }

    private static void AssertSame(in Utf8JsonReader expected, in ValidJsonReader actual, byte[] json)
    {
        Assert.True(expected.TokenType == actual.TokenType, $"{expected.TokenType} is {actual.TokenType} at {expected.TokenStartIndex} of {Encoding.UTF8.GetString(json)}");
        Assert.Equal(expected.TokenStartIndex, actual.TokenStartIndex);
        Assert.Equal(expected.ValueSpan, actual.ValueSpan);
        if (expected.TokenType is JsonTokenType.String or JsonTokenType.PropertyName)
            Assert.Equal(expected.ValueIsEscaped, actual.ValueIsEscaped);
    }

    private static string Value(Random random, int depth) => random.Next(depth > 0 ? 9 : 7) switch
    {
        0 => "true",
        1 => "false",
        2 => "null",
        3 => "-12.5e+3",
        4 => $"{random.Next()}",
        5 or 6 => String(random),
        7 => "[" + string.Join(Space(random) + "," + Space(random), Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth - 1))) + Space(random) + "]",
        _ => "{" + Space(random) + string.Join(
            "," + Space(random),
            Enumerable.Range(0, random.Next(4)).Select(_ => String(random) + Space(random) + ":" + Space(random) + Value(random, depth - 1))) + "}",
    };

    private static string String(Random random) =>
        '"' + string.Concat(Enumerable.Range(0, random.Next(5)).Select(_ => random.GetItems(["a", "é", " ", ":", ",", "{", "]", "\\\"", "\\\\", "\\n", "\\u00e9", "\\ud800"], 1)[0])) + '"';

    private static string Space(Random random) => random.GetItems(["", "", " ", "\r\n\t"], 1)[0];
}
